using System.Text.Json;
using System.Xml.Linq;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Tests;

/// <summary><c>wait</c> and <c>start --wait</c>: how they end, both ways, and what they leave for the pipeline.</summary>
public sealed class GateTests : IDisposable
{
    private const string Image = "registry.example/shop:2.0";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-gate-").FullName;

    private string JUnit => Path.Combine(_folder, "rollout.xml");

    private string Json => Path.Combine(_folder, "rollout.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_revision_that_was_not_seen_yet_is_waited_for_and_the_one_before_does_not_answer()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Idle()).Then(Sample.Idle()).Then(Sample.Progressing(), Sample.History()).Then(Sample.Promoted(), Sample.History(("v2", RevisionOutcome.Promoted)));
        var run = await CommandRun.OfAsync("wait shop --for promoted --revision v2", controller);
        Assert.Equal((0, "shop v2 promoted: success-rate fell to 91 % (min 99 %).\n"), (run.Exit, run.Output));
        Assert.Contains("v2 is ready and gets 5 %.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_question_goes_on_where_the_answer_before_ended()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Idle() with { TargetRevision = "v2" }).Then(Sample.Progressing(), Sample.History()).Then(Sample.Promoted(), Sample.History(("v2", RevisionOutcome.Promoted)));
        controller.Images = [new() { Revision = "v2", Images = [Image] }];
        Assert.Equal(0, (await CommandRun.OfAsync($"wait shop --for promoted --revision {Image}", controller)).Exit);
        Assert.Equal(
            [$"{Image} 0s -", "v2 20s 0 known", "v2 20s 3 known"],
            controller.Questions.Select(question => $"{question["revision"]} {question["wait"]} {question.GetValueOrDefault("after", "-")}{(question.ContainsKey("known") ? " known" : "")}"));
    }

    [Theory]
    [InlineData("v2 RolledBack", 1)]
    [InlineData("v2 Superseded", 6)]
    [InlineData("v2 Promoted", 0)]
    public async Task However_it_ends_the_exit_code_and_the_reports_say_so(string ended, int exit)
    {
        var outcome = Enum.Parse<RevisionOutcome>(ended.Split(' ')[1]);
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Newer(), Sample.History(("v2", outcome)));
        var run = await CommandRun.OfAsync($"wait shop --for promoted --revision v2 --junit {JUnit} --json {Json}", controller);
        Assert.Equal(exit, run.Exit);
        var report = JsonSerializer.Deserialize(await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken), ApiJson.Default.GateReport)!;
        Assert.Equal((exit, outcome), (report.ExitCode, report.Gate!.Outcome));
        var cases = XDocument.Load(JUnit).Descendants("testcase").ToList();
        Assert.Equal(exit == 0, !cases[0].Elements("failure").Any());

        // Steps and metrics are those of the revision in question, not of the newer one.
        Assert.Equal(1 + 3 + 3, cases.Count);
    }

    [Fact]
    public async Task Time_that_is_up_leaves_reports_too()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        var run = await CommandRun.OfAsync($"wait shop --for promoted --revision v2 --timeout 50ms --junit {JUnit} --json {Json} -o github", controller);
        Assert.Equal(2, run.Exit);
        Assert.StartsWith("::error title=shop v2 timed out::shop did not get there within 50ms", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"exitCode\": 2", await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("timed out", (string?)XDocument.Load(JUnit).Descendants("failure").First().Attribute("message"));
    }

    [Fact]
    public async Task A_wait_that_is_interrupted_leaves_reports_too()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        using var stop = new CancellationTokenSource();
        var run = await CommandRun.OfAsync(
            $"wait shop --for promoted --revision v2 --json {Json}", controller, environment => environment with { Error = new Listener(environment.Error, _ => stop.Cancel()) }, stop.Token);
        Assert.Equal(130, run.Exit);
        Assert.Contains("\"ending\": \"interrupted\"", await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_is_away_is_waited_for_and_standard_error_says_so()
    {
        await using var controller = (await FakeController.StartAsync()).Fail(503, 503, 503).Then(Sample.Progressing()).Then(Sample.Promoted(), Sample.History(("v2", RevisionOutcome.Promoted)));
        var run = await CommandRun.OfAsync("wait shop --for promoted --revision v2", controller);
        Assert.Equal(0, run.Exit);
        Assert.Contains("answered 503", run.Error, StringComparison.Ordinal);
        Assert.Contains("Waiting for it, 1m at most.\nIt answers again.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_stays_away_until_the_time_is_up_exits_with_5()
    {
        var run = await CommandRun.OfAsync($"wait shop --for promoted --revision v2 --timeout 3s --url http://127.0.0.1:1 --junit {JUnit}");
        Assert.Equal((5, ""), (run.Exit, run.Output));
        Assert.Contains("--timeout (3s) passed meanwhile", run.Error, StringComparison.Ordinal);
        Assert.Single(XDocument.Load(JUnit).Descendants("error"));
    }

    [Theory]
    [InlineData("wait cart --for promoted --revision v2", 4)]
    [InlineData("wait shop --for promoted --revision ''", 3)]
    [InlineData("wait shop --for promoted --revision \"\"", 3)]
    [InlineData("wait shop --for promoted --revision \"v 2\"", 3)]
    [InlineData("wait shop --for promoted --junit /nowhere/at/all.xml", 3)]
    [InlineData("start shop --revision v2 --timeout 1m", 3)]
    [InlineData("start shop --revision v2 --junit x.xml", 3)]
    [InlineData("start shop --revision v2 -o github", 3)]
    [InlineData("abort shop -o junit", 3)]
    [InlineData("get -o junit", 3)]
    public async Task What_makes_no_sense_is_refused_before_anything_is_done(string line, int exit)
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync(line, controller);
        Assert.Equal((exit, ""), (run.Exit, run.Output));
        Assert.NotEmpty(run.Error);
        Assert.Empty(controller.Commands);
    }

    [Fact]
    public async Task Start_with_wait_asks_and_waits_for_what_it_asked_for()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Aborted(), Sample.History(("v2", RevisionOutcome.RolledBack)));
        var run = await CommandRun.OfAsync("start shop --revision v2 --wait --timeout 1m -o json", controller);
        Assert.Equal(1, run.Exit);
        Assert.Equal("v2", Assert.Single(controller.Commands).Revision);
        Assert.StartsWith("v2 starts at step 1.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal("rolled back", JsonDocument.Parse(run.Output).RootElement.GetProperty("ending").GetString());
    }

    [Fact]
    public async Task A_start_that_was_superseded_before_the_wait_began_exits_with_6()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Newer());
        Assert.Equal(6, (await CommandRun.OfAsync("start shop --revision v2 --wait", controller)).Exit);
    }

    [Theory]
    [InlineData(Image, "v2", 0)]
    [InlineData("registry.example/shop:9.9", null, 1)]
    public async Task A_command_may_name_the_image_that_was_deployed(string image, string? revision, int exit)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        controller.Images = [new() { Revision = "v2", Images = [Image] }];
        Assert.Equal(exit, (await CommandRun.OfAsync($"abort shop --revision {image}", controller)).Exit);
        Assert.Equal(revision, controller.Commands.SingleOrDefault()?.Revision);
    }

    [Fact]
    public async Task The_summary_of_a_job_is_added_to()
    {
        var summary = Path.Combine(_folder, "summary.md");
        await File.WriteAllTextAsync(summary, "before\n", TestContext.Current.CancellationToken);
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Promoted(), Sample.History(("v2", RevisionOutcome.Promoted)));
        var run = await CommandRun.OfAsync(
            "wait shop --for promoted --revision v2 -o github", controller, environment => environment with { Variable = name => name == "GITHUB_STEP_SUMMARY" ? summary : environment.Variable(name) });
        Assert.StartsWith("::notice title=shop v2 promoted::", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("before\n### ✅ shop v2: promoted\n", await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_kubeconfig_an_image_is_waited_for_until_the_controller_has_seen_it()
    {
        await using var cluster = (await FakeCluster.StartAsync()).AddLed("shop", "web").Show(FakeCluster.AtStep(1, 5), images: new RevisionImages { Revision = "v1", Images = ["registry.example/shop:1.0"] });
        var run = await cluster.RunAsync($"wait shop --for promoted --revision {Image} --timeout 1m --junit {JUnit}", environment => environment with
        {
            Error = new Listener(environment.Error, line =>
            {
                if (line.Contains("v2 gets 5 %", StringComparison.Ordinal))
                {
                    cluster.Show(FakeCluster.Promoted(), images: new RevisionImages { Revision = "v2", Images = [Image] });
                }
            }),
        });
        Assert.Equal((0, "shop v2 promoted: v2 is stable.\n"), (run.Exit, run.Output));
        Assert.Contains("classname=\"default.shop.metric\" name=\"orders min 10\"", await File.ReadAllTextAsync(JUnit, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait shop --for promoted --revision v1", 0)]
    [InlineData("wait shop --for rolled-back --revision v1", 1)]
    [InlineData("wait shop --for promoted --revision v9 --timeout 50ms", 2)]
    [InlineData("wait shop --for promoted --revision registry.example/shop:2.0", 3)]
    [InlineData("wait cart --for promoted", 4)]
    public async Task By_kubeconfig_the_exit_codes_are_the_same(string line, int exit)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        Assert.Equal(exit, (await cluster.RunAsync(line)).Exit);
    }

    /// <summary>Tells of each line before it is written.</summary>
    private sealed class Listener(TextWriter inner, Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            heard(value ?? "");
            inner.WriteLine(value);
        }
    }
}
