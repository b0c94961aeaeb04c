using System.Xml;
using System.Xml.Linq;
using CanaryController.Cli.Gates;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Tests;

/// <summary>What a pipeline is told of a wait: JUnit, GitHub's annotations and summary.</summary>
public sealed class GateReportTests
{
    private static readonly GateRecord _rolledBack = Record(ExitCode.Rejected, RevisionOutcome.RolledBack, "success-rate fell to 91 % (min 99 %).", Failed());

    [Fact]
    [Trait("Generates", "files")]
    public void A_rollback_as_JUnit_is_as_reviewed() => Snapshot.Matches("wait-junit", JUnitReport.Of(_rolledBack));

    [Fact]
    [Trait("Generates", "files")]
    public void A_rollback_in_GitHub_is_as_reviewed() => Snapshot.Matches("wait-github", string.Join('\n', GitHubReport.Annotations(_rolledBack)) + "\n\n" + GitHubReport.Summary(_rolledBack));

    [Fact]
    public void The_counts_of_a_JUnit_report_are_those_of_its_cases()
    {
        var suite = XDocument.Parse(JUnitReport.Of(_rolledBack)).Root!.Element("testsuite")!;
        foreach (var (attribute, element) in new[] { ("failures", "failure"), ("errors", "error"), ("skipped", "skipped") })
        {
            Assert.Equal(suite.Descendants(element).Count(), (int)suite.Attribute(attribute)!);
        }

        Assert.Equal(suite.Elements("testcase").Count(), (int)suite.Attribute("tests")!);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "failure")]
    [InlineData(6, "failure")]
    [InlineData(2, "failure")]
    [InlineData(4, "error")]
    [InlineData(5, "error")]
    [InlineData(7, "error")]
    [InlineData(130, "error")]
    public void However_it_ends_the_gate_is_a_case_of_its_own(int code, string? kind)
    {
        var exit = (ExitCode)code;
        var gate = XDocument.Parse(JUnitReport.Of(_rolledBack with { Exit = exit })).Descendants("testcase").First();
        Assert.Equal(kind, gate.Elements().FirstOrDefault()?.Name.LocalName);
        Assert.Equal(exit is ExitCode.Done ? "::notice" : exit is ExitCode.Superseded ? "::warning" : "::error", GitHubReport.Annotations(_rolledBack with { Exit = exit }).First().Split(' ')[0]);
    }

    [Fact]
    public void Nothing_that_others_wrote_breaks_the_XML()
    {
        var record = _rolledBack with { Message = "a\0b\u0008c\ud800d]]><x/>&" };
        using var reader = XmlReader.Create(new StringReader(JUnitReport.Of(record)), new() { CheckCharacters = true });
        var text = XDocument.Load(reader).Descendants("failure").First().Value;
        Assert.Equal("a?b?c?d]]><x/>&", text);
    }

    [Theory]
    [InlineData("x ##[add-path]/tmp", "x # #[add-path]/tmp")]
    [InlineData("x ##vso[task.setvariable variable=PATH]/tmp", "x # #vso[task.setvariable variable=PATH]/tmp")]
    [InlineData("####[x]", "# # # #[x]")]
    [InlineData("a\n::add-mask::b", "a ::add-mask::b")]
    [InlineData("issue #12", "issue #12")]
    public void No_line_of_the_log_holds_a_command_of_a_runner_even_in_its_middle(string written, string shown)
    {
        Assert.Equal(shown, Humanize.LogLine(written));
        using var error = new StringWriter();
        new GateDisplay(error, TimeProvider.System).ShowOutage(written);
        Assert.Equal(shown + Environment.NewLine, error.ToString());
    }

    [Fact]
    public void Nothing_that_others_wrote_becomes_a_command_of_the_runner_or_markup()
    {
        var record = _rolledBack with { Message = "x\n::add-mask::y\r\n%0A | <b>@all</b> `z`" };
        var annotation = GitHubReport.Annotations(record).First();
        Assert.DoesNotContain('\n', annotation);
        Assert.EndsWith("::x%0A::add-mask::y%0D%0A%250A | <b>@all</b> `z`", annotation, StringComparison.Ordinal);
        var cell = GitHubReport.Summary(record).Split('\n')[2];
        Assert.Equal("x ::add-mask::y  %0A &#124; &lt;b&gt;&#64;all&lt;/b&gt; &#96;z&#96;", cell);
    }

    [Fact]
    public void A_title_with_signs_that_the_runner_reads_is_escaped() =>
        Assert.StartsWith("::error title=shop a%3Ab%2Cc rolled back::", GitHubReport.Annotations(_rolledBack with { Last = _rolledBack.Last! with { Revision = "a:b,c" } }).First(), StringComparison.Ordinal);

    [Fact]
    public void A_line_is_written_each_minute_while_nothing_changes_and_none_of_others_begins_a_line()
    {
        var clock = new Clock();
        using var error = new StringWriter { NewLine = "\n" };
        var display = new GateDisplay(error, clock);
        var frame = new Watching.WatchFrame(Sample.Progressing() with { Message = "x\n::error::y", Metrics = [] }, Sample.NoHistory, Sample.Now) { Gate = _rolledBack.Last! with { Reached = GateReached.No, Outcome = null } };
        foreach (var _ in Enumerable.Range(0, 13))
        {
            display.Show(frame);
            clock.Pass(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(
            [
                "12:00:00 shop Progressing v1 -> v2 step 2/3 weight 50 %: x ::error::y",
                "12:00:00 shop waits for promoted: the hold of step 2, 3m12s; metric latency: inconclusive (1m so far)",
                "12:00:00 shop waits for promoted: the hold of step 2, 3m12s; metric latency: inconclusive (2m so far)",
            ],
            error.ToString().TrimEnd('\n').Split('\n'));
    }

    private static RolloutView Failed()
    {
        var view = Sample.Progressing();
        return view with
        {
            Phase = RolloutPhase.Aborted,
            Steps = [view.Steps[0], view.Steps[1] with { Status = StepStatus.Failed }, view.Steps[2]],
            Metrics = [view.Metrics[0] with { Verdict = Verdict.Failed, Value = "91.00 %", Message = "91.00 % of 12,345 requests succeeded; min 99 %." }, view.Metrics[1], view.Metrics[2]],
        };
    }

    private static GateRecord Record(ExitCode exit, RevisionOutcome? outcome, string message, RolloutView view) => new()
    {
        Key = new("default", "shop"),
        Question = new(GateGoal.Promoted, "v2"),
        Began = Sample.Now,
        Took = TimeSpan.FromSeconds(754.5),
        Exit = exit,
        Message = message,
        View = view,
        Transitions = [.. Sample.History().Events.Reverse()],
        Last = new()
        {
            Reached = GateReached.Never,
            For = "promoted",
            Revision = "v2",
            Known = true,
            Outcome = outcome,
            Reason = RolloutReason.MetricFailed,
            Message = message,
            Sequence = 3,
            Transitions = [],
            Rollout = view,
        },
    };

    private sealed class Clock : TimeProvider
    {
        private TimeSpan _passed = TimeSpan.FromHours(1);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _passed.Ticks;

        public void Pass(TimeSpan time) => _passed += time;
    }
}
