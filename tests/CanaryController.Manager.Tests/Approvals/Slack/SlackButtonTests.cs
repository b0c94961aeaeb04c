using System.Net;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals.Slack;

namespace CanaryController.Manager.Tests.Approvals.Slack;

/// <summary>What becomes of buttons that people press, and of requests that nobody pressed a button for.</summary>
public sealed class SlackButtonTests
{
    [Theory]
    [InlineData("U0ANN")]
    [InlineData("U0BEN")]
    public async Task An_approver_or_a_member_of_the_group_leads_on_by_a_button(string user)
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync(), user)));
        await bed.ShownAsync(RolloutPhase.Progressing);
        Assert.Equal(1, bed.Manager.State.StepIndex);
        var command = bed.LastCommand();
        Assert.Equal(($"Slack user {user} (ann)", ApproverSource.Slack), (command.Actor, command.Via));
    }

    [Fact]
    public async Task An_approver_rejects_by_a_button()
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(SlackBed.Payload("reject", await bed.ButtonAsync())));
        await bed.ShownAsync(RolloutPhase.Aborted);
        Assert.Equal(RolloutReason.ApprovalRejected, bed.Manager.State.History[^1].Reason);
    }

    [Theory]
    [InlineData("approve", "Slack user U0EVE is not among the approvers of 'sre': Slack user U0ANN, Slack group S0SRE.")]
    [InlineData("reject", "Slack user U0EVE is not among the approvers of 'sre': Slack user U0ANN, Slack group S0SRE.")]
    [InlineData("abort", "Only operators (slack.operators of the controller) may abort here.")]
    [InlineData("pause", "Only operators (slack.operators of the controller) may pause here.")]
    public async Task Whoever_is_not_allowed_is_told_so_alone_and_changes_nothing(string action, string text)
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(SlackBed.Payload(action, await bed.ButtonAsync(), "U0EVE")));
        Assert.Equal(("U0EVE", text), await bed.WhisperAsync());
        AssertWaiting(bed);
    }

    [Fact]
    public async Task Where_no_approvers_are_named_operators_answer_and_nobody_else()
    {
        await using var bed = await SlackBed.StartAsync(approvers: "required: 1");
        await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync()));
        Assert.Equal("This step names no approvers, so only operators (slack.operators of the controller) may answer here.", (await bed.WhisperAsync()).Text);
        AssertWaiting(bed);
        await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync(), "U0OPS"));
        await bed.ShownAsync(RolloutPhase.Progressing);
    }

    [Theory]
    [InlineData("abort", RolloutPhase.Aborted)]
    [InlineData("pause", RolloutPhase.Paused)]
    public async Task An_operator_aborts_and_pauses(string action, RolloutPhase phase)
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(SlackBed.Payload(action, await bed.ButtonAsync(), "U0OPS")));
        await bed.ShownAsync(phase);
    }

    [Fact]
    public async Task An_abort_by_an_operator_waits_for_no_answer_of_Slack()
    {
        await using var bed = await SlackBed.StartAsync();
        await bed.PressAsync(SlackBed.Payload("abort", await bed.ButtonAsync(), "U0OPS"));
        await bed.ShownAsync(RolloutPhase.Aborted);
        Assert.DoesNotContain("usergroups.users.list", bed.Slack.Methods);
    }

    [Fact]
    public async Task A_token_that_is_none_ends_no_work_on_later_clicks()
    {
        await using var bed = await SlackBed.StartAsync();
        var value = await bed.ButtonAsync();
        bed.WriteToken("xoxb\nhalf");
        for (var click = 0; click < 5; click++)
        {
            Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(SlackBed.Payload("approve", value, "U0EVE")));
        }

        bed.WriteToken(SlackServer.Token);
        await bed.PressAsync(SlackBed.Payload("approve", value));
        await bed.ShownAsync(RolloutPhase.Progressing);
    }

    [Theory]
    [InlineData("\"v2\"", "\"v3\"", "The canary is v2, not v3. Look at the rollout again before you decide.")]
    [InlineData("\"attempt\":1", "\"attempt\":2", "This is attempt 1 of v2, not attempt 2. Look at the rollout again before you decide.")]
    [InlineData("\"step\":1", "\"step\":2", "v2 is at step 1 of 2, not at step 2. Look at the rollout again before you decide.")]
    [InlineData("\"shop\"", "\"cart\"", "This rollout is gone.")]
    public async Task A_button_for_something_else_changes_nothing(string from, string to, string text)
    {
        await using var bed = await SlackBed.StartAsync();
        var value = (await bed.ButtonAsync()).Replace(from, to, StringComparison.Ordinal);
        await bed.PressAsync(SlackBed.Payload("approve", value, "U0OPS"));
        Assert.Equal(text, (await bed.WhisperAsync()).Text);
        AssertWaiting(bed);
    }

    [Fact]
    public async Task What_Slack_did_not_sign_or_signed_long_ago_changes_nothing()
    {
        await using var bed = await SlackBed.StartAsync();
        var payload = SlackBed.Payload("approve", await bed.ButtonAsync());
        var now = SlackBed.Now;
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, secret: "another secret"));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, at: now.AddSeconds(-310)));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, at: now.AddSeconds(360)));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, change: request => request.Headers.Remove("X-Slack-Signature")));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, change: request => request.Headers.Remove("X-Slack-Request-Timestamp")));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(payload, change: request => request.Content = new StringContent(payload + "&x=1")));
        var elsewhere = (await bed.ButtonAsync()).Replace("deploys", "others", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(SlackBed.Payload("approve", elsewhere)));
        var otherNamespace = (await bed.ButtonAsync()).Replace("\"namespace\":\"default\"", "\"namespace\":\"elsewhere\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(SlackBed.Payload("approve", otherNamespace)));
        Assert.Equal(HttpStatusCode.Unauthorized, await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync(), channel: "C0OTHER")));
        AssertWaiting(bed);
    }

    [Fact]
    public async Task A_click_that_is_sent_again_is_refused_and_after_a_restart_it_has_no_effect()
    {
        await using var bed = await SlackBed.StartAsync(approvers: "required: 2, approvers: {slackUsers: [U0ANN, U0BEN]}");
        var (payload, at) = (SlackBed.Payload("approve", await bed.ButtonAsync()), SlackBed.Now);
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(payload, at));
        Assert.Equal(HttpStatusCode.Conflict, await bed.PressAsync(payload, at));
        await bed.Slack.NextAsync("chat.update");
        await bed.RestartAsync();
        await bed.PressAsync(payload, at);
        Assert.Equal("This click was taken already.", (await bed.WhisperAsync()).Text);
        Assert.Single(bed.Manager.State.Approvals);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("payload=", HttpStatusCode.BadRequest)]
    [InlineData("payload=%7B", HttpStatusCode.BadRequest)]
    [InlineData("payload=%5B%5D&payload=%5B%5D", HttpStatusCode.BadRequest)]
    [InlineData("payload=%7B%22type%22%3A%22view_submission%22%7D", HttpStatusCode.BadRequest)]
    [InlineData("payload=%7B%22type%22%3A%22block_actions%22%2C%22type%22%3A%22x%22%7D", HttpStatusCode.BadRequest)]
    [InlineData("payload=%7B%22type%22%3A%22%5Cud800%22%7D", HttpStatusCode.BadRequest)]
    [InlineData("payload=%FF%FE", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_no_click_is_refused(string body, HttpStatusCode status)
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(status, await bed.PressAsync(body));
        AssertWaiting(bed);
    }

    [Fact]
    public async Task A_body_over_64_KB_is_413()
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await bed.PressAsync(new string('x', SlackEndpoint.MaxBodyBytes + 1)));
    }

    [Fact]
    public async Task Slack_is_answered_although_its_own_API_does_not_answer()
    {
        await using var bed = await SlackBed.StartAsync();
        var payload = SlackBed.Payload("approve", await bed.ButtonAsync(), "U0BEN");
        bed.Slack.IsDown = true;
        Assert.Equal(HttpStatusCode.OK, await bed.PressAsync(payload));
        while ((await bed.Slack.NextAsync()).Method != "chat.postEphemeral")
        {
        }

        AssertWaiting(bed);
    }

    private static void AssertWaiting(SlackBed bed)
    {
        Assert.Equal((RolloutPhase.WaitingApproval, 0), (bed.Manager.State.Phase, bed.Manager.State.StepIndex));
        Assert.Empty(bed.Manager.State.Approvals);
    }
}
