using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Notifications;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.EndToEnd;

/// <summary>People and pipelines on a plain host, all together: a closed window, an approval in Slack, a gate, and the job that waits for what becomes of it.</summary>
public sealed class PlainHostTests
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task A_release_goes_through_window_Slack_and_gate_to_its_promotion_and_the_pipeline_is_told()
    {
        await using var bed = await PlainHostBed.StartAsync();
        bed.Gate.AnswerWith(503, 200);
        var started = await bed.CanaryctlAsync("start checkout --revision v2");
        Assert.Equal((0, "v2 starts from 0 % as soon as it may. window: closed, outside the rollout's windows, until 2026-01-05 09:00 Europe/Berlin.\n"), (started.Exit, FirstLine(started.Output)));
        var pipeline = bed.PipelineAsync();
        var approval = bed.CanaryctlAsync("wait checkout --for approval --revision v2");

        // The window opens, and Slack, which asks for less at first, hears of it.
        bed.Slack.Limited = 1;
        await bed.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Equal((RolloutPhase.Idle, 0m), (bed.State.Phase, bed.WeightPercent));
        await bed.PassAsync(TimeSpan.FromMinutes(1));
        await bed.WhenRestingAsync(step: 1);
        Assert.Empty(bed.Slack.Messages);
        await bed.Manager.Time.WhenDelayedAsync(TimeSpan.FromSeconds(2));
        bed.Manager.Time.Advance(TimeSpan.FromSeconds(2));
        await bed.WhenToldAsync();
        Assert.Contains("10 % of the traffic", bed.Message.ToJsonString(), StringComparison.Ordinal);

        // Ann lets it leave the first step; the gate, which cannot answer at first, lets it begin the last one.
        await bed.PassAsync(TimeSpan.FromMinutes(5));
        await bed.WhenAsync(() => bed.State.Phase is RolloutPhase.WaitingApproval, "an approval is waited for");
        Assert.Equal(0, (await approval).Exit);
        await bed.WhenToldAsync();
        await bed.CanaryctlAsync("get checkout");
        Show(bed.Message);
        Assert.Equal(10m, bed.WeightPercent);
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync("approve", "U0ANN"));
        await bed.WhenRestingAsync(step: 2);
        await bed.PassAsync(TimeSpan.FromMinutes(10));
        await bed.Manager.Time.WhenDelayedAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(50m, bed.WeightPercent);
        await bed.PassAsync(TimeSpan.FromSeconds(1));
        await bed.WhenRestingAsync(step: 3);
        Assert.Contains("3 100 % hold 5m gate smoke before it passed", Spaced((await bed.CanaryctlAsync("get checkout")).Output), StringComparison.Ordinal);
        Assert.Equal((100m, 2), (bed.WeightPercent, bed.Gate.Hooks.Count));
        Assert.All(bed.Gate.Hooks, hook => Assert.True(hook.IsSignedBy(OutboxBed.Key)));
        await bed.PassAsync(TimeSpan.FromMinutes(5));
        await bed.WhenAsync(() => bed.State.Phase is RolloutPhase.Promoted, "v2 is promoted");
        var ended = await pipeline;

        Assert.Equal((0, "checkout v2 promoted: v2 has all traffic and is stable now; before it was v1.\n"), (ended.Exit, ended.Output));
        var cases = XDocument.Load(bed.JUnit).Descendants("testcase").ToList();
        Assert.Equal(["promoted v2", "step 1: 10 %, hold 5m, approval sre", "step 2: 50 %, hold 10m", "step 3: 100 %, hold 5m, gate smoke before it", "success-rate min 99 %"], cases.Select(each => (string?)each.Attribute("name")));
        Assert.All(cases, each => Assert.Empty(each.Elements("failure").Concat(each.Elements("skipped"))));
        Assert.Equal((RolloutPhase.Promoted, "v2"), (bed.State.Phase, bed.State.StableRevision));
        await AssertAuditedAsync(bed);
    }

    [Fact]
    public async Task A_rejection_in_Slack_rolls_back_and_the_pipeline_fails()
    {
        await using var bed = await PlainHostBed.StartAsync();
        await bed.StartToApprovalAsync();
        var pipeline = bed.PipelineAsync();
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync("reject", "U0ANN"));
        var ended = await pipeline;
        Assert.Equal((1, "checkout v2 rolled back: Slack user U0ANN (ann) rejected v2's step 1 of 3 (10 %).\n"), (ended.Exit, ended.Output));
        Assert.Equal(RolloutReason.ApprovalRejected, bed.State.History[^1].Reason);
        AssertRolledBack(bed);
        Assert.Empty(bed.Gate.Hooks);
    }

    [Theory]
    [InlineData("approve", "U0EVE", "Slack user U0EVE is not among the approvers of 'sre': Slack user U0ANN.")]
    [InlineData("reject", "U0EVE", "Slack user U0EVE is not among the approvers of 'sre': Slack user U0ANN.")]
    [InlineData("approve", "U0OPS", "Slack user U0OPS is not among the approvers of 'sre': Slack user U0ANN.")]
    [InlineData("abort", "U0ANN", "Only operators (slack.operators of the controller) may abort here.")]
    public async Task A_click_of_somebody_who_may_not_changes_nothing(string action, string user, string told)
    {
        await using var bed = await PlainHostBed.StartAsync();
        await bed.StartToApprovalAsync();
        var before = bed.State;
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(action, user));
        var whisper = await bed.Slack.NextAsync("chat.postEphemeral");
        Assert.Equal((user, told), ((string?)whisper["user"], (string?)whisper["text"]));
        await AssertStillWaitsAsync(bed, before);
    }

    [Fact]
    public async Task A_click_that_Slack_did_not_sign_or_signed_six_minutes_ago_changes_nothing()
    {
        await using var bed = await PlainHostBed.StartAsync();
        await bed.StartToApprovalAsync();
        var (before, clicked) = (bed.State, bed.Manager.Time.GetUtcNow());
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync("approve", "U0ANN", secret: "another secret"));
        await bed.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync("approve", "U0ANN", clicked));
        await AssertStillWaitsAsync(bed, before);
    }

    [Fact]
    public async Task A_gate_that_refuses_rolls_back_what_Slack_approved_and_the_report_says_what_the_gate_said()
    {
        await using var bed = await PlainHostBed.StartAsync();
        bed.Gate.Answer = (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return context.Response.WriteAsync("3 of 212 smoke tests failed", context.RequestAborted);
        };
        await bed.StartToApprovalAsync();
        var pipeline = bed.PipelineAsync();
        await bed.PressAsync("approve", "U0ANN");
        await bed.WhenRestingAsync(step: 2);
        await bed.PassAsync(TimeSpan.FromMinutes(10));
        await bed.WhenAsync(() => bed.State.Phase is RolloutPhase.Aborted, "the gate has refused");
        Assert.Equal(1, (await pipeline).Exit);
        Assert.Contains("3 of 212 smoke tests failed", (string?)XDocument.Load(bed.JUnit).Descendants("failure").First(), StringComparison.Ordinal);
        Assert.Equal(RolloutReason.GateFailed, bed.State.History[^1].Reason);
        AssertRolledBack(bed);
        Assert.Single(bed.Gate.Hooks);
    }

    [Fact]
    public async Task An_abort_in_the_evening_does_not_wait_for_the_window_that_an_approved_step_waits_for()
    {
        await using var bed = await PlainHostBed.StartAsync();
        await bed.StartToApprovalAsync();
        var pipeline = bed.PipelineAsync();
        await bed.PassAsync(TimeSpan.FromHours(10));
        var evening = bed.Manager.Time.GetUtcNow();
        await bed.PressAsync("approve", "U0ANN");
        await bed.WhenAsync(() => bed.State.Approvals.Count == 1, "Ann's approval counts");
        Assert.Contains("window closed, outside the rollout's windows, until 2026-01-06 09:00 Europe/Berlin.", Spaced((await bed.CanaryctlAsync("get checkout")).Output), StringComparison.Ordinal);

        var aborted = await bed.CanaryctlAsync("abort checkout --revision v2 --reason \"carts are lost\"");

        Assert.Equal((0, 1), (aborted.Exit, (await pipeline).Exit));
        Assert.Equal(evening, bed.Manager.Time.GetUtcNow());
        Assert.Equal(RolloutReason.AbortRequested, bed.State.History[^1].Reason);
        AssertRolledBack(bed);
    }

    [Fact]
    public async Task An_abort_before_the_window_opens_ends_the_pipelines_wait_too()
    {
        await using var bed = await PlainHostBed.StartAsync();
        await bed.CanaryctlAsync("start checkout --revision v2");
        var pipeline = bed.PipelineAsync();
        Assert.Equal(0, (await bed.CanaryctlAsync("abort checkout --revision v2")).Exit);
        Assert.Equal(1, (await pipeline).Exit);
        await bed.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal((RolloutPhase.Aborted, 0m, 0), (bed.State.Phase, bed.WeightPercent, bed.Gate.Hooks.Count));
    }

    [Fact]
    public async Task A_gates_deadline_goes_on_over_a_restart_of_the_controller()
    {
        await using var bed = await PlainHostBed.StartAsync();
        var rest = TimeSpan.FromMinutes(5);
        bed.Gate.Answer = (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "300";
            return Task.CompletedTask;
        };
        await bed.StartToApprovalAsync();
        await bed.PressAsync("approve", "U0ANN");
        await bed.WhenRestingAsync(step: 2);
        await bed.PassAsync(2 * rest);
        await bed.Manager.Time.WhenDelayedAsync(rest);
        await bed.PassAsync(rest);
        await bed.Manager.Time.WhenDelayedAsync(rest);
        await bed.WhenAsync(() => bed.State.PendingGates.Count == 1, "it is stored since when the gate has not passed");

        await bed.RestartAsync();
        await bed.Manager.Time.WhenDelayedAsync(rest);
        await bed.PassAsync(rest);

        // Ten minutes, the default deadline, since it was asked first, and five since the restart.
        await bed.WhenAsync(() => bed.State.Phase is RolloutPhase.Aborted, "the gate has failed");
        Assert.Equal((RolloutReason.GateFailed, "Gate smoke failed: it did not pass within 10m: it answered 503."), (bed.State.History[^1].Reason, bed.State.History[^1].Message));
    }

    private static void AssertRolledBack(PlainHostBed bed)
    {
        Assert.Equal((RolloutPhase.Aborted, 0m, "v1"), (bed.State.Phase, bed.WeightPercent, bed.State.StableRevision));
        Assert.True(bed.Manager.Router.Applied.All(applied => applied.Split.Weight.Percent <= 50));
        Assert.True(XDocument.Load(bed.JUnit).Descendants("testcase").First().Elements("failure").Any());
    }

    /// <summary>The pipeline's time is up before anything has moved.</summary>
    private static async Task AssertStillWaitsAsync(PlainHostBed bed, RolloutState before)
    {
        Assert.Equal(2, (await bed.CanaryctlAsync("wait checkout --for promoted --revision v2 --timeout 50ms")).Exit);
        Assert.Equal(before, bed.State);
        Assert.Equal((RolloutPhase.WaitingApproval, 10m), (bed.State.Phase, bed.WeightPercent));
        Assert.Empty(bed.Gate.Hooks);
    }

    /// <summary>One message that was brought up to date in its place, its thread, and the trail that says who it was.</summary>
    private static async Task AssertAuditedAsync(PlainHostBed bed)
    {
        await bed.WhenToldAsync();
        Assert.Contains(" Promoted ", bed.Message.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(bed.Slack.Messages.Values, reply => ((string?)reply["text"])?.StartsWith("<@U0ANN> ", StringComparison.Ordinal) is true);
        Assert.Contains(bed.Slack.Messages.Values, reply => ((string?)reply["text"])?.StartsWith("Gate smoke of step 3 passed", StringComparison.Ordinal) is true);
        Show(bed.Message);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', bed.Slack.Messages.OrderBy(message => message.Key, StringComparer.Ordinal).Select(message => (string?)message.Value["text"])));
        TestContext.Current.TestOutputHelper?.WriteLine(await File.ReadAllTextAsync(bed.JUnit, TestContext.Current.CancellationToken));
        var history = await bed.CanaryctlAsync("history checkout");
        Assert.Contains("Slack user U0ANN (ann)", history.Output, StringComparison.Ordinal);
        var answer = bed.Manager.Get<ICommands>().Audit(PlainHostBed.Checkout, 1)[0];
        Assert.Equal((RolloutAction.Approve, ApproverSource.Slack, "v2"), (answer.Action, answer.Via, answer.Revision));
    }

    private static void Show(JsonObject message) => TestContext.Current.TestOutputHelper?.WriteLine(message.ToJsonString(_readable));

    /// <summary>Without the columns of a picture.</summary>
    private static string Spaced(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string FirstLine(string text) => text[..(text.IndexOf('\n', StringComparison.Ordinal) + 1)];
}
