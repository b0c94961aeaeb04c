using System.Text.Json.Nodes;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Resources;

namespace CanaryController.Manager.Tests.Approvals.Slack;

/// <summary>On Kubernetes the messages are remembered in an annotation of the Rollout.</summary>
public sealed class ClusterSlackMessagesTests
{
    private static readonly RolloutKey _shop = new("shop", "shop");
    private static readonly SlackMessage _message = new("C1", "1.2", "v2", 7);

    private readonly KubeMemory _kube = new();
    private readonly CacheMemory<RolloutObject> _rollouts;

    public ClusterSlackMessagesTests() => _rollouts = _kube.Cache<RolloutObject>(ObjectKind.Rollout, RolloutObject.Project);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_process_finds_the_message_and_the_annotations_of_others_stay(bool hasOthers)
    {
        Put(hasOthers ? new JsonObject { ["team"] = "shop" } : null);
        await new ClusterSlackMessages(_kube, _rollouts).KeepAsync(_shop, "deploys", _message, CancellationToken.None);
        var next = new ClusterSlackMessages(_kube, _rollouts);
        Assert.Equal(_message, next.Find(_shop, "deploys"));
        Assert.Null(next.Find(_shop, "others"));
        Assert.Equal(hasOthers ? "shop" : null, (string?)_kube.Find(ObjectKind.Rollout, "shop")["metadata"]!["annotations"]!["team"]);
    }

    [Fact]
    public async Task What_could_not_be_written_is_known_until_the_process_ends_and_what_others_wrote_there_is_nothing()
    {
        Put(new JsonObject { [Marks.SlackAnnotation] = "[1" });
        _kube.Refuse = _ => new(KubeOutcome.Unavailable, null, "No route to host.");
        var messages = new ClusterSlackMessages(_kube, _rollouts);
        Assert.Null(messages.Find(_shop, "deploys"));
        await messages.KeepAsync(_shop, "deploys", _message, CancellationToken.None);
        Assert.Equal(_message, messages.Find(_shop, "deploys"));
    }

    private void Put(JsonObject? annotations)
    {
        var metadata = new JsonObject { ["namespace"] = "shop", ["name"] = "shop", ["generation"] = 1 };
        if (annotations is not null)
        {
            metadata["annotations"] = annotations;
        }

        _kube.Put(ObjectKind.Rollout, new() { ["apiVersion"] = "canarycontroller.io/v1alpha1", ["kind"] = "Rollout", ["metadata"] = metadata, ["spec"] = new JsonObject() });
    }
}
