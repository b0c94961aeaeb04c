using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Tests.Approvals.Slack;

/// <summary>What a channel shows of a rollout.</summary>
public sealed class SlackMessageTests
{
    [Fact]
    public async Task A_rollout_has_one_message_that_is_brought_up_to_date_in_its_place_and_a_thread()
    {
        await using var bed = await SlackBed.StartAsync();
        var waiting = await bed.ShownAsync(RolloutPhase.WaitingApproval);
        Assert.Contains("Approval *sre*: 0 of 1", waiting["blocks"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["Approve", "Reject", "Abort", "Pause"], Buttons(waiting));

        await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync()));
        await bed.ShownAsync(RolloutPhase.Progressing);
        await CommandAsync(bed, """{"action": "promote"}""");
        var promoted = await bed.ShownAsync(RolloutPhase.Promoted);
        Assert.Empty(Buttons(promoted));
        Assert.Single(bed.Slack.Roots);
        var replies = bed.Slack.Messages.Values.Where(message => message["thread_ts"] is not null).Select(message => (string)message["text"]!).ToList();
        Assert.Contains(replies, text => text.StartsWith("<@U0ANN> v2's step 1 of 2 (10 %) waits for approval", StringComparison.Ordinal));
        Assert.Contains(replies, text => text.StartsWith("Slack user U0ANN (ann) approved v2's step 1 of 2 (10 %), 1 of 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_restart_the_same_message_is_brought_up_to_date()
    {
        await using var bed = await SlackBed.StartAsync();
        await bed.ShownAsync(RolloutPhase.WaitingApproval);
        await bed.RestartAsync();
        await CommandAsync(bed, """{"action": "abort"}""");
        await bed.ShownAsync(RolloutPhase.Aborted);
        Assert.Single(bed.Slack.Roots);
    }

    [Fact]
    public async Task A_message_that_somebody_deleted_is_posted_anew()
    {
        await using var bed = await SlackBed.StartAsync();
        await bed.ShownAsync(RolloutPhase.WaitingApproval);
        bed.Slack.Messages.Clear();
        await CommandAsync(bed, """{"action": "pause"}""");
        await bed.ShownAsync(RolloutPhase.Paused);
        Assert.Single(bed.Slack.Roots);
    }

    [Fact]
    public async Task While_Slack_asks_for_less_nothing_is_sent_and_then_the_message_comes()
    {
        await using var bed = await SlackBed.StartAsync(slack => slack.Limited = 1);
        Assert.Equal("ratelimited", (await bed.Slack.NextAsync()).Error);
        var refusedAt = TimeProvider.System.GetTimestamp();
        var next = await bed.Slack.NextAsync();
        Assert.Equal(("chat.postMessage", null), (next.Method, next.Error));

        // A little less: the refusal was noted a moment after it was sent.
        Assert.True(TimeProvider.System.GetElapsedTime(refusedAt) > TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task However_long_Slack_asks_to_be_left_alone_it_is_told_again_after_an_hour()
    {
        await using var bed = await SlackBed.StartAsync();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var destination = new SlackDestination(bed.Manager.Get<SlackApi>(), bed.Manager.Get<ISecretTexts>(), bed.Manager.Get<ISlackMessages>(), bed.Manager.Get<IRolloutStore>(), time);
        var channel = bed.Manager.Get<INotificationChannels>().Find(new("default", "deploys"))!;
        var paused = NotificationRoutes.Of(Notifications.OutboxBed.Event(1_000, "shop", RolloutPhase.Paused, RolloutReason.PauseRequested) with { Namespace = "default" });
        while (!bed.Slack.Messages.Values.Any(message => ((string?)message["text"])?.StartsWith("<@U0ANN> ", StringComparison.Ordinal) is true))
        {
            await bed.Slack.NextAsync();
        }

        (bed.Slack.RetryAfter, bed.Slack.Limited) = ("2147483647", 1);
        Assert.Equal(DeliveryOutcome.Later, (await destination.DeliverAsync(new(channel, paused, 1), TestContext.Current.CancellationToken)).Outcome);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(DeliveryOutcome.Later, (await destination.DeliverAsync(new(channel, paused, 2), TestContext.Current.CancellationToken)).Outcome);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(DeliveryOutcome.Delivered, (await destination.DeliverAsync(new(channel, paused, 3), TestContext.Current.CancellationToken)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_Slack_is_down_or_the_channel_is_unknown_approvals_work_all_the_same(bool isDown)
    {
        await using var bed = await SlackBed.StartAsync(slack => (slack.IsDown, slack.HasNoChannel) = (isDown, !isDown), approvers: "approvers: {tokens: [local]}");
        Assert.NotNull((await bed.Slack.NextAsync()).Error);
        using var approved = await CommandAsync(bed, """{"action": "approve", "revision": "v2", "step": 1}""");
        Assert.Equal((HttpStatusCode.OK, 1), (approved.StatusCode, bed.Manager.State.StepIndex));
        Assert.Empty(bed.Slack.Messages);
    }

    [Fact]
    public async Task Of_transitions_that_come_close_together_only_the_newest_picture_is_sent()
    {
        await using var bed = await SlackBed.StartAsync();
        await bed.ShownAsync(RolloutPhase.WaitingApproval);
        await CommandAsync(bed, """{"action": "pause"}""");
        List<string> calls = [];
        while (calls.LastOrDefault()?.StartsWith("paused", StringComparison.Ordinal) is not true)
        {
            var call = await bed.Slack.NextAsync();
            calls.Add(call.Method is "chat.update" ? "update" : (string)call.Body["text"]! is var text && text.Contains("paused", StringComparison.Ordinal) && call.Body["thread_ts"] is not null ? "paused" : "reply");
        }

        // The message was posted for the first transition, and showed the third one already.
        Assert.Equal(1, calls.Count(call => call == "update"));
    }

    [Fact]
    public async Task A_button_carries_what_its_reader_saw_and_nothing_else()
    {
        await using var bed = await SlackBed.StartAsync();
        Assert.Equal("""{"namespace":"default","rollout":"shop","channel":"deploys","revision":"v2","attempt":1,"step":1}""", await bed.ButtonAsync());
    }

    [Fact]
    public async Task What_people_write_stays_text_and_a_template_is_filled_in()
    {
        var channel = SlackBed.ChannelText(SlackServer.ChannelId, "    templates: {title: '{{ name }} {{ revision }}: {{ phase }}', text: '*{{ weight }}* {{ message }} {{ nothing }}'}");
        await using var bed = await SlackBed.StartAsync(channel: channel);
        await CommandAsync(bed, """{"action": "pause", "reason": "<!channel> & <https://evil.example|click>"}""");
        var shown = await bed.ShownAsync(RolloutPhase.Paused);
        Assert.Equal("shop v2: Paused", (string)shown["blocks"]![0]!["text"]!["text"]!);
        Assert.All(shown["blocks"]!.AsArray().SelectMany(Texts).Where(text => (string?)text["type"] == "mrkdwn"), text => Assert.True((bool?)text["verbatim"]));
        Assert.Equal(("none", false), ((string?)shown["parse"], (bool?)shown["link_names"]));
        Assert.Equal("*10 %* local paused v2 at 10 %: &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; {{ nothing }}", (string)shown["blocks"]![1]!["text"]!["text"]!);
    }

    [Fact]
    public async Task Neither_token_nor_signing_secret_is_stored_or_sent_in_a_message()
    {
        await using var bed = await SlackBed.StartAsync();
        await bed.PressAsync(SlackBed.Payload("approve", await bed.ButtonAsync()));
        await bed.ShownAsync(RolloutPhase.Progressing);
        var stored = string.Concat(Directory.EnumerateFiles(bed.Manager.Directory, "state.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(ReadShared));
        Assert.Contains("U0ANN", stored, StringComparison.Ordinal);
        foreach (var text in bed.Slack.Messages.Values.Select(message => message.ToJsonString()).Append(stored))
        {
            Assert.DoesNotContain(SlackServer.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(SlackBed.Secret, text, StringComparison.Ordinal);
        }
    }

    private static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private static Task<HttpResponseMessage> CommandAsync(SlackBed bed, string json) =>
        bed.Http.PostAsync(new Uri("/v1/namespaces/default/rollouts/shop/commands", UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    private static IEnumerable<string> Buttons(JsonObject message) =>
        message["blocks"]!.AsArray().Where(block => (string?)block!["type"] == "actions").SelectMany(block => block!["elements"]!.AsArray()).Select(button => (string)button!["text"]!["text"]!);

    private static IEnumerable<JsonObject> Texts(JsonNode? block) =>
        new[] { block!["text"] }.Concat(block["elements"]?.AsArray() ?? []).OfType<JsonObject>();
}
