using CanaryController.Core.Rollouts;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

public sealed class NotificationChannelTests
{
    private const string Webhook = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: NotificationChannel
        metadata: {name: pager, namespace: shop}
        spec:
          events: [RollingBack, Promoted]
          webhook:
            url: https://hooks.example.com/canary?team=shop
            secret: {name: canary-notifications, key: pager}
            format: Flagger
            timeout: 5s
        """;

    private const string Slack = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: NotificationChannel
        metadata: {name: deploys, namespace: shop}
        spec:
          slack:
            channel: C0123456789
            token: {name: canary-notifications, key: slack-token}
            signingSecret: {name: canary-notifications, key: slack-signing}
            templates: {title: "{{ name }}: {{ phase }}"}
            mentions:
            - {who: [here, S0123456789]}
            - {events: [Promoted], who: [U0123456789]}
        """;

    [Fact]
    public void A_webhook_is_read_with_all_that_it_says()
    {
        var channel = Read(Webhook);
        Assert.Equal(new ChannelKey("shop", "pager"), channel.Key);
        Assert.Equal([NotificationEvent.RollingBack, NotificationEvent.Promoted], channel.Spec.Events);
        Assert.Equal(
            new WebhookSection { Url = "https://hooks.example.com/canary?team=shop", Secret = new() { Name = "canary-notifications", Key = "pager" }, Format = WebhookFormat.Flagger, Timeout = TimeSpan.FromSeconds(5) },
            channel.Spec.Webhook);
        Assert.True(channel.Spec.Tells(NotificationEvent.Promoted));
        Assert.False(channel.Spec.Tells(NotificationEvent.Paused));
    }

    [Fact]
    public void A_Slack_channel_is_read_with_all_that_it_says()
    {
        var slack = Read(Slack).Spec.Slack!;
        Assert.Equal(("C0123456789", "slack-token", "slack-signing"), (slack.Channel, slack.Token.Key, slack.SigningSecret!.Key));
        Assert.Equal("{{ name }}: {{ phase }}", slack.Templates.Title);
        Assert.Equal(["here", "S0123456789"], slack.Mentions[0].Who);
        Assert.True(Read(Slack).Spec.Tells(NotificationEvent.Paused));
    }

    [Theory]
    [InlineData("{}", "spec: a channel leads to Slack or to a webhook, and neither is there")]
    [InlineData("{webhook: {url: https://a.example}, slack: {channel: C012, token: {name: a, key: b}}}", "spec.webhook: a channel leads to one place, and slack is there too")]
    [InlineData("{webhook: {}}", "spec.webhook.url: the field is required")]
    [InlineData("{webhook: {url: ftp://a.example}}", "spec.webhook.url: the address is not an absolute http or https address")]
    [InlineData("{webhook: {url: https://ann:pw@a.example/x}}", "spec.webhook.url: the address has a user or password in it")]
    [InlineData("{webhook: {url: https://a.example/#x}}", "spec.webhook.url: the address has a fragment, which is never sent")]
    [InlineData("{webhook: {url: https://a.example, timeout: 1m}}", "spec.webhook.timeout: 1m is too long; 30s at most")]
    [InlineData("{webhook: {url: https://a.example, secret: {name: a, key: ../b}}}", "spec.webhook.secret.key: ../b is not a key of a Secret")]
    [InlineData("{webhook: {url: https://a.example, secret: {name: ../a, key: b}}}", "spec.webhook.secret.name: ../a is not a DNS subdomain")]
    [InlineData("{webhook: {url: https://a.example}, events: [Promoted, Promoted]}", "spec.events[1]: the event Promoted stands twice")]
    [InlineData("{webhook: {url: https://a.example}, events: [Rollback]}", "spec.events[0]: Rollback is not one of ")]
    [InlineData("{slack: {channel: deploys, token: {name: a, key: b}}}", "spec.slack.channel: deploys is not a Slack channel")]
    [InlineData("{slack: {channel: C012}}", "spec.slack.token.name: the field is required")]
    [InlineData("{slack: {channel: C012, token: {name: a, key: b}, mentions: [{who: [ann]}]}}", "spec.slack.mentions[0].who[0]: ann cannot be mentioned")]
    [InlineData("{slack: {channel: C012, token: {name: a, key: b}, mentions: [{events: [Promoted]}]}}", "spec.slack.mentions[0].who: nobody is named")]
    [InlineData("{webhook: {url: https://a.example, token: x}}", "spec.webhook.token: there is no such field")]
    public void A_broken_channel_is_named_with_its_place(string spec, string problem)
    {
        var read = NotificationChannelReader.Read($"apiVersion: canarycontroller.io/v1alpha1\nkind: NotificationChannel\nmetadata: {{name: a}}\nspec: {spec}\n", "a.yaml");
        Assert.Contains(read.Problems, each => $"{each.Path}: {each.Message}".StartsWith(problem, StringComparison.Ordinal) && each.Line > 0);
        Assert.True(Assert.Single(read.Documents).HasErrors);
    }

    [Theory]
    [InlineData("https://ann:pw@a.example/x?token=1", "https://a.example/…")]
    [InlineData("https://a.example", "https://a.example")]
    [InlineData("HTTP://a.example/", "HTTP://a.example")]
    [InlineData("http://a.example?x", "http://a.example/…")]
    [InlineData("50 % of http://x/y", "50 % of http://x/y")]
    public void Of_an_address_only_the_host_is_shown(string url, string shown)
    {
        Assert.Equal(shown, OutgoingUrl.Shown(url));
        var read = NotificationChannelReader.Read($"apiVersion: canarycontroller.io/v1alpha1\nkind: NotificationChannel\nmetadata: {{name: a}}\nspec: {{webhook: {{url: '{url}#f', timeout: 5s}}}}\n", "a.yaml");
        Assert.DoesNotContain(read.Problems, problem => $"{problem.Message} {problem.Value} {problem.Fix}".Contains("pw", StringComparison.Ordinal));
        Assert.DoesNotContain(read.Problems, problem => $"{problem.Message} {problem.Value} {problem.Fix}".Contains("token", StringComparison.Ordinal));
    }

    [Fact]
    public void Lint_warns_of_a_channel_that_is_not_among_the_files()
    {
        var text = $"{Webhook}\n---\n{Slack}\n---\n{Rollout("[pager, mail]", "[deploys, oncall]")}";
        var (read, channels) = (RolloutReader.Read(text, "a.yaml", RolloutRules.ByRouter), NotificationChannelReader.Read(text, "a.yaml"));
        Assert.Empty(read.Problems.Concat(channels.Problems));
        Assert.Equal(
            ["spec.notifications.channels[1] mail", "spec.strategy.steps[0].approval.channels[1] oncall"],
            ChannelSetRules.Check(read.Documents, channels.Documents).Where(problem => problem.Severity is Api.ProblemSeverity.Warning).Select(problem => $"{problem.Path} {problem.Value}"));
    }

    [Fact]
    public void Two_channels_of_one_name_are_refused() =>
        Assert.Equal("the channel shop/pager is there twice; the other one is in a.yaml", Assert.Single(ChannelSetRules.Check([], NotificationChannelReader.Read($"{Webhook}\n---\n{Webhook}", "a.yaml").Documents)).Message);

    [Fact]
    public void Each_transition_is_one_event()
    {
        Assert.Equal(NotificationEvent.RollingBack, NotificationEvents.Of(RolloutPhase.Progressing, RolloutPhase.Aborting, RolloutReason.MetricFailed));
        Assert.Equal(NotificationEvent.WeightChanged, NotificationEvents.Of(RolloutPhase.Aborting, RolloutPhase.Aborting, RolloutReason.MetricFailed));
        Assert.Equal(NotificationEvent.WeightChanged, NotificationEvents.Of(RolloutPhase.Progressing, RolloutPhase.Progressing, RolloutReason.CapacityChanged));
        Assert.Equal(NotificationEvent.Approved, NotificationEvents.Of(RolloutPhase.WaitingApproval, RolloutPhase.Progressing, RolloutReason.Approved));
        Assert.Equal(NotificationEvent.Resumed, NotificationEvents.Of(RolloutPhase.Paused, RolloutPhase.Initializing, RolloutReason.ResumeRequested));
        Assert.All(
            from phase in Enum.GetValues<RolloutPhase>() from reason in Enum.GetValues<RolloutReason>() select (phase, reason),
            each => Assert.NotEqual(NotificationEvent.GateAnswered, NotificationEvents.Of(RolloutPhase.Idle, each.phase, each.reason)));
    }

    private static NotificationChannel Read(string text)
    {
        var read = NotificationChannelReader.Read(text, null);
        Assert.Empty(read.Problems);
        return Assert.Single(read.Documents).Resource;
    }

    private static string Rollout(string channels, string approval) => $$"""
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: shop, namespace: shop}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2} }
          service: {name: shop}
          traffic: {router: Gateway, gateway: {route: shop} }
          strategy: {steps: [{weight: 5, hold: 1m, approval: {name: sre, channels: {{approval}} } }, {weight: 100, hold: 1m}] }
          analysis: {metrics: [{builtin: RequestSuccessRate, name: ok, threshold: {min: 99} }] }
          notifications: {channels: {{channels}} }
        """;
}
