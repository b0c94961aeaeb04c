using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Notifications;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Resources;
using CanaryController.Resources.Notifications;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>Channels, their secrets and what is told, on Kubernetes.</summary>
public sealed class ClusterNotificationTests : IRolloutResources, IRolloutStore
{
    private readonly KubeMemory _kube = new();
    private readonly FakeTimeProvider _time = new();

    IReadOnlyList<RolloutResource> IRolloutResources.All => [];

    IReadOnlyList<RolloutKey> IRolloutStore.Keys => [];

    IReadOnlyList<RolloutKey> IRolloutStore.Active => [];

    [Fact]
    public async Task A_value_of_a_Secret_is_read_once_a_minute_at_most()
    {
        Secret("one");
        var secrets = new ClusterSecrets(_kube, _time);
        Assert.Equal("one", await ReadAsync(secrets, "pager"));
        Secret("two");
        Assert.Equal("one", await ReadAsync(secrets, "pager"));
        Assert.Equal(1, _kube.Reads);

        _time.Advance(ClusterSecrets.CacheFor + TimeSpan.FromSeconds(1));
        Assert.Equal("two", await ReadAsync(secrets, "pager"));
    }

    [Fact]
    public async Task What_is_missing_of_a_Secret_is_named_and_looked_for_again_soon()
    {
        var secrets = new ClusterSecrets(_kube, _time);
        Assert.StartsWith("The Secret shop/canary-notifications cannot be read:", (await SecretAsync(secrets, "pager")).Problem, StringComparison.Ordinal);
        Secret("one");
        Assert.Equal("The Secret shop/canary-notifications has no key other.", (await SecretAsync(secrets, "other")).Problem);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("one", await ReadAsync(secrets, "pager"));
    }

    [Fact]
    public void A_channel_is_read_as_a_list_has_it_and_one_that_breaks_a_rule_is_none()
    {
        var cache = new CacheMemory<NotificationChannelObject>();
        cache.Put(NotificationChannelObject.Project(Parse("""{"metadata": {"name": "pager", "namespace": "shop", "uid": "1", "resourceVersion": "1"}, "spec": {"webhook": {"url": "https://hooks.example.com", "timeout": "5s"}}}""")));
        cache.Put(NotificationChannelObject.Project(Parse("""{"metadata": {"name": "broken", "namespace": "shop", "uid": "2", "resourceVersion": "1"}, "spec": {"webhook": {"url": "file:///etc/passwd"}}}""")));
        var channels = new ClusterChannels(cache);
        Assert.Equal("https://hooks.example.com", channels.Find(new("shop", "pager"))!.Spec.Webhook!.Url);
        Assert.Null(channels.Find(new("shop", "broken")));
        Assert.Null(channels.Find(new("other", "pager")));
    }

    [Theory]
    [InlineData("""{"webhook": {"url": "https://hooks.example.com"}}""", null)]
    [InlineData("""{"webhook": {"url": "https://ann:secret@hooks.example.com"}}""", "spec.webhook.url: the address has a user or password in it")]
    [InlineData("""{}""", "spec: a channel leads to Slack or to a webhook, and neither is there")]
    public void A_channel_that_breaks_a_rule_is_denied_with_what_is_wrong(string spec, string? problem)
    {
        var request = new AdmissionRequest
        {
            Uid = "1",
            Group = "canarycontroller.io",
            Kind = NotificationChannel.KindText,
            Operation = AdmissionOperation.Create,
            Name = new("shop", "pager"),
            Object = Parse($$"""{"metadata": {"name": "pager", "namespace": "shop"}, "spec": {{spec}}}"""),
            User = new("ann", "", []),
        };
        var answer = new NotificationChannelsHook().Decide(request);
        Assert.Equal(problem, answer is AdmissionAnswer.Denied denied ? $"{denied.Problems[0].Path}: {denied.Problems[0].Message}" : null);
        Assert.DoesNotContain("secret", (answer as AdmissionAnswer.Denied)?.Message ?? "", StringComparison.Ordinal);
        Assert.Same(AdmissionAnswer.Unchanged, new NotificationChannelsHook().Decide(request with { Operation = AdmissionOperation.Delete }));
    }

    [Fact]
    public async Task Whoever_leads_next_tells_again_under_the_same_id_and_who_leads_again_does_not()
    {
        await using var bed = await OutboxBed.StartAsync();
        bed.AddWebhook("pager");
        var transition = OutboxBed.Event(17, "checkout", RolloutPhase.Aborting, RolloutReason.MetricFailed);
        var first = new ClusterDeliveries(new(this, this), bed.Outbox, bed.Time);
        await first.Handle(new RolloutTransitioned(transition), TestContext.Current.CancellationToken);
        await bed.WhenSettledAsync();
        await first.Handle(new RolloutRetold(transition with { Id = 0 }), TestContext.Current.CancellationToken);

        var next = new ClusterDeliveries(new(this, this), bed.Outbox, bed.Time);
        await next.Handle(new RolloutRetold(transition with { Id = 0 }), TestContext.Current.CancellationToken);
        await bed.WhenSettledAsync();
        Assert.Equal(["shop_checkout_17_1767225600000", "shop_checkout_17_1767225600000"], bed.Receiver.Hooks.Select(hook => hook.Id));
    }

    [Fact]
    public void Approvers_are_asked_in_the_channels_of_the_approval_beside_the_rollouts_own()
    {
        var routes = new NotificationRoutes(this, this);
        var asked = routes.Deliveries(NotificationRoutes.Of(OutboxBed.Event(1, "checkout", RolloutPhase.WaitingApproval, RolloutReason.ApprovalNeeded) with { Step = 1 }), default);
        Assert.Equal([("pager", false), ("deploys", true)], asked.Select(each => (each.Channel.Name, each.IsAsked)));
        var others = routes.Deliveries(NotificationRoutes.Of(OutboxBed.Event(2, "checkout", RolloutPhase.Promoting, RolloutReason.StepsCompleted) with { Step = 1 }), default);
        Assert.Equal(["pager"], others.Select(each => each.Channel.Name));
    }

    RolloutResource? IRolloutResources.Find(RolloutKey key) => new() { Key = key, Spec = new() { Workload = WorkloadKind.External, Steps = [], Channels = ["pager"] } };

    void IRolloutResources.Forget(RolloutKey key) => throw new NotSupportedException();

    StoredRollout IRolloutStore.Read(RolloutKey key) => new(
        new() { Plan = [new RolloutStep { Weight = default, Approval = new() { Name = "sre", Channels = ["deploys"] } }] }, 1);

    RolloutCommand? IRolloutStore.NextCommand(RolloutKey key) => null;

    Task IRolloutStore.WriteAsync(RolloutWrite write, CancellationToken cancellation) => throw new NotSupportedException();

    Task IRolloutStore.AnswerAsync(RolloutKey key, CommandAnswer answer, CancellationToken cancellation) => throw new NotSupportedException();

    Task<bool> IRolloutStore.SettleAsync(RolloutKey key, CancellationToken cancellation) => throw new NotSupportedException();

    Task IRolloutStore.ForgetAsync(RolloutWrite last, CancellationToken cancellation) => throw new NotSupportedException();

    Task IRolloutStore.ShowAsync(RolloutShown shown, CancellationToken cancellation) => throw new NotSupportedException();

    private static async Task<string> ReadAsync(ClusterSecrets secrets, string key) => (await SecretAsync(secrets, key)).Reveal();

    private static Task<SecretText> SecretAsync(ClusterSecrets secrets, string key) =>
        secrets.ReadAsync("shop", new SecretKeySection { Name = "canary-notifications", Key = key }, TestContext.Current.CancellationToken);

    private void Secret(string value) => _kube.Put(ObjectKind.Secret, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["namespace"] = "shop", ["name"] = "canary-notifications" },
        ["data"] = new JsonObject { ["pager"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) },
    });

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
