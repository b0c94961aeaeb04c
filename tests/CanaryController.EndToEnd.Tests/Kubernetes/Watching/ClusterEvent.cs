using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Watching;

/// <summary>A change of an object, as a watch told it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Item">The object after the change, or as it was last when it was deleted.</param>
/// <param name="IsDeleted">It is gone.</param>
/// <param name="At">When the test heard of it.</param>
internal sealed record ClusterEvent(KubeKind Kind, JsonObject Item, bool IsDeleted, DateTimeOffset At)
{
    /// <summary>Orders changes of all kinds.</summary>
    public ulong Version { get; } = Item.Version();

    public string Name { get; } = Item.Name();

    /// <summary>One line for people.</summary>
    public override string ToString() => $"{At:HH:mm:ss.fff} {Version} {(IsDeleted ? "- " : "")}{Kind} {Name}{(Item.IsDeleting() ? " (deleting)" : "")}: {Summary()}";

    private string Summary() => Kind.Kind switch
    {
        "Rollout" => $"{Item.Text("status", "phase")} step {Item.Text("status", "progress")} weight {Item.At("status", "weight")} stable {Item.Text("status", "stableRevision")} canary {Item.Text("status", "canaryRevision")} {Item.Text("status", "reason")}: {Item.Text("status", "message")}",
        "Deployment" => $"replicas {Item.Int("spec", "replicas")}/{Item.Int("status", "readyReplicas")} paused {Item.Flag("spec", "paused")} release {Item.Text("spec", "template", "metadata", "labels", "release")}",
        "ReplicaSet" => $"{Item.Text("spec", "template", "metadata", "labels", "release")} replicas {Item.Int("spec", "replicas")} ready {Item.Int("status", "readyReplicas") ?? 0} owner {Item.Controller().Text("kind")} {Item.Controller().Text("name")}",
        "Pod" => $"{Item.Label("release")} {Item.Hash()} ready {Item.Condition("Ready")}",
        "Service" => $"selector {Item.At("spec", "selector")?.ToJsonString()}",
        "EndpointSlice" => string.Join(' ', Item.Items("endpoints").Select(each => $"{each.Text("targetRef", "name")}{(Endpoint.IsReady(each) ? "" : "(not ready)")}")),
        "HTTPRoute" => $"generation {Item.Int("metadata", "generation")} {string.Join(" | ", Item.Items("spec", "rules").Select(rule => string.Join(' ', rule.Items("backendRefs").Select(each => $"{each.Text("name")}={each.Int("weight") ?? 1}"))))} {string.Join(' ', Item.Items("status", "parents").Select(parent => $"{parent.Text("controllerName")}@{parent.Items("conditions").FirstOrDefault().Int("observedGeneration")}"))}",
        _ => "",
    };
}

/// <summary>An item of an EndpointSlice's <c>endpoints</c>.</summary>
internal static class Endpoint
{
    /// <summary>Unknown counts as ready, as the API says.</summary>
    public static bool IsReady(JsonObject endpoint) => endpoint.At("conditions", "ready") is null || endpoint.Flag("conditions", "ready");
}
