using CanaryController.Core.Rollouts;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Tests;

/// <summary><c>watch</c> and <c>wait</c> end when the rollout does, with its exit code.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task Watch_ends_with_0_when_the_revision_is_promoted_and_logs_each_change_once()
    {
        await using var controller = (await FakeController.StartAsync())
            .Then(Sample.Idle() with { Phase = RolloutPhase.Initializing, CanaryRevision = "v2", TargetRevision = "v2", Message = "v2 was asked for." })
            .Then(Sample.Progressing(), Sample.History())
            .Then(Sample.Progressing() with { HoldLeftSeconds = 1 }, Sample.History())
            .Then(Sample.Promoted(), Sample.History(("v2", RevisionOutcome.Promoted)));
        var run = await CommandRun.OfAsync("watch shop", controller);
        Assert.Equal((0, ""), (run.Exit, run.Error));
        Snapshot.Matches("watch-lines", run.Output);
    }

    [Theory]
    [InlineData("watch shop --revision v2", 1)]
    [InlineData("wait shop --for promoted --revision v2", 1)]
    [InlineData("wait shop --for rolled-back --revision v2", 0)]
    public async Task A_rollback_ends_it(string line, int exit)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Aborted(), Sample.History(("v2", RevisionOutcome.RolledBack)));
        Assert.Equal(exit, (await CommandRun.OfAsync(line, controller)).Exit);
    }

    [Theory]
    [InlineData("watch shop --revision v2")]
    [InlineData("wait shop --for promoted --revision v2")]
    public async Task A_newer_revision_ends_it_with_6(string line)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Newer(), Sample.History(("v2", RevisionOutcome.Superseded)));
        Assert.Equal(6, (await CommandRun.OfAsync(line, controller)).Exit);
    }

    [Theory]
    [InlineData("watch shop --timeout 50ms")]
    [InlineData("watch shop --follow --timeout 50ms")]
    [InlineData("wait shop --for promoted --timeout 50ms")]
    public async Task Time_that_is_up_ends_it_with_2(string line)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        var run = await CommandRun.OfAsync(line, controller);
        Assert.Equal(2, run.Exit);
        Assert.Contains("within 50ms", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paused", RolloutPhase.Paused)]
    [InlineData("approval", RolloutPhase.WaitingApproval)]
    public async Task Wait_ends_where_the_rollout_rests(string state, RolloutPhase phase)
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Progressing() with { Phase = phase });
        var run = await CommandRun.OfAsync($"wait shop --for {state}", controller);
        Assert.Equal(0, run.Exit);
        Assert.StartsWith($"shop v2 {state}: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_restarts_is_waited_for()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing());
        var asked = 0;
        var run = await CommandRun.OfAsync("watch shop", controller, environment => environment with
        {
            Output = new Listener(environment.Output, line =>
        {
            if (asked++ == 0)
            {
                // Three tries of one read fail, then it is back.
                controller.Fail(503, 503, 503).Then(Sample.Promoted());
            }
        })
        });
        Assert.Equal(0, run.Exit);
    }

    [Fact]
    public async Task A_terminal_gets_a_live_tree()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing(), Sample.History()).Then(Sample.Promoted(), Sample.History());
        var run = await CommandRun.OfAsync("watch shop", controller, environment => environment with { OutputIsTerminal = true });
        Assert.Equal(0, run.Exit);
        Assert.Contains("evidence", run.Output, StringComparison.Ordinal);
        Assert.Contains('\e', run.Output);
    }

    [Fact]
    public async Task A_low_terminal_shows_the_steps_around_the_present_one_and_every_metric()
    {
        var step = Sample.Progressing().Steps[0];
        var many = Sample.Progressing() with { Step = 20, Steps = [.. Enumerable.Range(1, 40).Select(number => step with { Number = number })] };
        await using var controller = (await FakeController.StartAsync()).Then(many, Sample.History()).Then(Sample.Promoted(), Sample.History());
        var run = await CommandRun.OfAsync("watch shop", controller, environment => environment with { OutputIsTerminal = true, Height = 24 });
        Assert.Contains("… 14 before", run.Output, StringComparison.Ordinal);
        Assert.Contains("… 16 after", run.Output, StringComparison.Ordinal);
        Assert.Contains("[orders]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_every_write_is_one_line()
    {
        await using var controller = (await FakeController.StartAsync()).Then(Sample.Progressing()).Then(Sample.Progressing()).Then(Sample.Promoted());
        var run = await CommandRun.OfAsync("watch shop -o json", controller);
        Assert.Equal(2, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void An_earlier_end_of_a_revision_that_is_tried_again_does_not_count() =>
        Assert.Null(Endings.Of(Sample.Progressing() with { Attempt = 2 }, Sample.History(("v2", RevisionOutcome.RolledBack)).Revisions, "v2", wasSeen: true));

    [Fact]
    public void A_revision_whose_turn_has_not_come_is_waited_for() =>
        Assert.Null(Endings.Of(Sample.Progressing() with { TargetRevision = "v3", Phase = RolloutPhase.Aborting }, [], "v3", wasSeen: true));

    [Fact]
    public void A_revision_that_was_replaced_before_its_turn_is_superseded() =>
        Assert.Equal(Ending.Superseded, Endings.Of(Sample.Progressing() with { CanaryRevision = "v4", TargetRevision = "v4" }, [], "v3", wasSeen: true));

    [Fact]
    public void A_superseded_revision_is_not_called_rolled_back_while_its_traffic_returns() =>
        Assert.Equal(Ending.Superseded, Endings.Of(Sample.Aborted() with { TargetRevision = "v3" }, Sample.History(("v2", RevisionOutcome.Superseded)).Revisions, "v2", wasSeen: true));

    /// <summary>Tells of each line before it is written.</summary>
    private sealed class Listener(TextWriter inner, Action<string?> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            heard(value);
            inner.WriteLine(value);
        }
    }
}
