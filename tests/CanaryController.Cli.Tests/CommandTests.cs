using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Tests;

/// <summary>Commands against a real HTTP server.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Start_sends_the_revision_what_it_expects_and_an_id_of_its_own()
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync("start shop --revision v2 --expect v1 --reason \"release 12\"", controller);
        Assert.Equal(0, run.Exit);
        var sent = Assert.Single(controller.Commands);
        Assert.Equal((RolloutAction.Start, "v2", "v1"), (sent.Action, sent.Revision, sent.ExpectedTarget));
        Assert.True(Guid.TryParse(sent.Id, out _));
        Assert.Contains("v2 starts at step 1.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Progressing  step 2/3  weight 50 %", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("promote", RolloutAction.Promote)]
    [InlineData("abort", RolloutAction.Abort)]
    [InlineData("pause", RolloutAction.Pause)]
    [InlineData("resume", RolloutAction.Resume)]
    [InlineData("retry", RolloutAction.Retry)]
    [InlineData("skip", RolloutAction.Skip)]
    [InlineData("approve", RolloutAction.Approve)]
    [InlineData("reject", RolloutAction.Reject)]
    public async Task Each_command_carries_the_revision_and_the_step_that_its_sender_saw(string name, RolloutAction action)
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync($"{name} shop --revision v2 --step 2 --reason because", controller);
        Assert.Equal(0, run.Exit);
        var sent = Assert.Single(controller.Commands);
        Assert.Equal((action, "v2", 2, "because"), (sent.Action, sent.Revision, sent.Step, sent.Reason));
    }

    [Fact]
    public async Task Undo_names_the_revision_to_go_back_to()
    {
        await using var controller = await FakeController.StartAsync();
        await CommandRun.OfAsync("undo default/shop --to v0", controller);
        Assert.Equal((RolloutAction.Undo, "v0"), (controller.Commands[0].Action, controller.Commands[0].Revision));
    }

    [Fact]
    public async Task A_rejected_command_exits_with_1_and_says_why()
    {
        await using var controller = await FakeController.StartAsync();
        controller.CommandProblem = (409, new ApiProblem { Title = "Conflict", Status = 409, Detail = "v3 is under way, not v2: look again." });
        var run = await CommandRun.OfAsync("promote shop --revision v2", controller);
        Assert.Equal((1, "v3 is under way, not v2: look again.\n"), (run.Exit, run.Error));
    }

    [Fact]
    public async Task A_rollout_that_is_not_there_exits_with_4_and_names_those_that_are_near()
    {
        await using var controller = await FakeController.StartAsync();
        controller.Rollouts.Add(Sample.Idle("shoe", "other"));
        var run = await CommandRun.OfAsync("get shopp", controller);
        Assert.Equal(4, run.Exit);
        Assert.Contains("Did you mean shop, shoe -n other?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Near_names_are_those_of_the_namespace_where_nothing_else_may_be_listed()
    {
        await using var controller = (await FakeController.StartAsync()).Fail(404, 403);
        controller.Rollouts.Add(Sample.Idle("shoe", "other"));
        var run = await CommandRun.OfAsync("get shopp", controller);
        Assert.Equal(4, run.Exit);
        Assert.Contains("Did you mean shop?", run.Error, StringComparison.Ordinal);

        controller.Fail(404, 403, 403);
        run = await CommandRun.OfAsync("get shopp", controller);
        Assert.Equal(4, run.Exit);
        Assert.Contains("There is no rollout 'shopp' in the namespace 'default'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_is_not_there_exits_with_5_and_names_address_and_setting()
    {
        var controller = await FakeController.StartAsync();
        var url = controller.Url;
        await controller.DisposeAsync();
        var run = await CommandRun.OfAsync($"get --url {url}");
        Assert.Equal(5, run.Exit);
        Assert.Contains($"{url} (from --url)", run.Error, StringComparison.Ordinal);
        Assert.Contains("CANARY_URL", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "wants a token")]
    [InlineData(403, "does not allow this. As the test wants it.")]
    public async Task A_token_that_does_not_do_exits_with_7_and_names_what_is_needed(int status, string says)
    {
        await using var controller = (await FakeController.StartAsync()).Fail(status);
        var run = await CommandRun.OfAsync("abort shop", controller);
        Assert.Equal(7, run.Exit);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_are_tried_again()
    {
        await using var controller = (await FakeController.StartAsync()).Fail(503, 503);
        Assert.Equal(0, (await CommandRun.OfAsync("get", controller)).Exit);
        Assert.Equal(3, controller.Requests.Count);
    }

    [Fact]
    public async Task Commands_are_never_sent_twice()
    {
        await using var controller = (await FakeController.StartAsync()).Fail(503);
        Assert.Equal(5, (await CommandRun.OfAsync("abort shop", controller)).Exit);
        Assert.Single(controller.Requests);
    }

    [Fact]
    public async Task Json_is_the_document_of_the_API_as_it_is()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        var run = await CommandRun.OfAsync("get shop -o json", controller);
        var read = JsonSerializer.Deserialize(run.Output, ApiJson.Default.RolloutView);
        Assert.Equal(JsonSerializer.Serialize(Sample.Progressing(), ApiJson.Default.RolloutView), JsonSerializer.Serialize(read, ApiJson.Default.RolloutView));
        Snapshot.Matches("get-json", run.Output);
    }

    [Fact]
    public async Task Yaml_is_the_same_document()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        Snapshot.Matches("get-yaml", (await CommandRun.OfAsync("get shop -o yaml", controller)).Output);
    }

    [Fact]
    public async Task One_rollout_is_shown_in_full()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing(), Sample.History());
        Snapshot.Matches("get-one", (await CommandRun.OfAsync("get shop", controller)).Output);
    }

    [Fact]
    public async Task The_share_that_was_counted_stands_beside_the_weight_that_is_wanted()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing() with { RequestSharePercent = 41.2m, RequestShare = Core.Analysis.ShareVerdict.Differs });
        Assert.Contains("weight  wanted 50 %  observed 50 %  counted 41.2 %  █", (await CommandRun.OfAsync("get shop", controller)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(160)]
    public async Task A_metric_is_readable_at_any_width(int columns)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing(), Sample.History());
        var run = await CommandRun.OfAsync("get shop --no-color", controller, environment => environment with { OutputIsTerminal = true, Width = columns });
        Assert.All(
            ["✓ success-rate  Passed", "Inconclusive", "98.70 %", "stable 99.20 %", "p99 max 500 ms", "12,345", "evidence"],
            word => Assert.Contains(word, run.Output, StringComparison.Ordinal));
        Snapshot.Matches($"get-one-{columns}", run.Output);
    }

    [Fact]
    public async Task All_rollouts_are_shown_a_line_each()
    {
        await using var controller = await FakeController.StartAsync();
        controller.Rollouts.AddRange([Sample.Progressing() with { Name = "cart", ObservedWeightPercent = 5 }, Sample.Aborted() with { Namespace = "other", ObservedWeightPercent = null }]);
        Snapshot.Matches("get-all", (await CommandRun.OfAsync("get -A", controller)).Output);
        Assert.DoesNotContain("other", (await CommandRun.OfAsync("get", controller)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("history shop")]
    public async Task A_terminal_too_narrow_for_a_table_shows_it_all_the_same(string line)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Idle(), Sample.History(("v1", RevisionOutcome.Adopted)));
        await CommandRun.OfAsync("get shop", controller);
        var run = await CommandRun.OfAsync($"{line} --no-color", controller, environment => environment with { OutputIsTerminal = true, Width = 40 });
        Assert.Contains(line == "get" ? "v1 is stable and has all traffic." : "success-rate fell to 91 % (min 99 %).", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_shows_revisions_transitions_and_who_asked()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Idle(), Sample.History(("v2", RevisionOutcome.RolledBack), ("v1", RevisionOutcome.Adopted)));
        await CommandRun.OfAsync("get shop", controller);
        Snapshot.Matches("history", (await CommandRun.OfAsync("history shop", controller)).Output);
    }

    [Fact]
    public async Task Nothing_but_a_terminal_gets_colour()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        Assert.DoesNotContain('\e', (await CommandRun.OfAsync("get shop", controller)).Output);
        Assert.Contains("\e[94m", (await CommandRun.OfAsync("get shop", controller, environment => environment with { OutputIsTerminal = true })).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[94m", (await CommandRun.OfAsync("get shop --no-color", controller, environment => environment with { OutputIsTerminal = true })).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "\e[94m",
            (await CommandRun.OfAsync("get shop", controller, environment => environment with { OutputIsTerminal = true, Variable = name => name == "NO_COLOR" ? "1" : environment.Variable(name) })).Output,
            StringComparison.Ordinal);
    }
}
