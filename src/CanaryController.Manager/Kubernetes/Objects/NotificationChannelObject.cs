using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a NotificationChannel.</summary>
internal sealed record NotificationChannelObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Where it leads; null when it breaks a rule.</summary>
    public NotificationChannel? Channel { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>Reads a NotificationChannel. The items of a list carry neither apiVersion nor kind.</summary>
    public static NotificationChannelObject Project(JsonElement item)
    {
        var body = JsonObject.Create(item)!;
        body["apiVersion"] = Rollout.ApiVersionText;
        body["kind"] = NotificationChannel.KindText;
        return new()
        {
            Meta = ObjectMeta.Read(item),
            Channel = NotificationChannelReader.ReadServerObject(body.ToJsonString()).Documents is [{ HasErrors: false } read] ? read.Resource : null,
        };
    }
}
