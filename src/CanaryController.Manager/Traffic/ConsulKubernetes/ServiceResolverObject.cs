using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>What is kept of a ServiceResolver.</summary>
internal sealed record ServiceResolverObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The object has annotations, be it only kubectl's copy.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>It has subsets, be it none in an empty map.</summary>
    public bool HasSubsets { get; init; }

    /// <summary>Its subsets.</summary>
    public EquatableArray<ResolverSubset> Subsets { get; init; }

    /// <summary>Where it redirects to; null when it does not.</summary>
    public string? Redirect { get; init; }

    /// <summary>What consul-k8s says of it.</summary>
    public RouteAcceptance Acceptance { get; init; }

    /// <summary>When it was written into Consul last.</summary>
    public string? AnsweredAt { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>The subset of this name; null when there is none.</summary>
    public ResolverSubset? Subset(string name) => Subsets.FirstOrDefault(subset => subset.Name == name);

    /// <summary>Reads a ServiceResolver.</summary>
    public static ServiceResolverObject Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var subsets = item.At("spec", "subsets") is { ValueKind: JsonValueKind.Object } map ? map : default;
        var redirect = item.At("spec", "redirect") is { ValueKind: JsonValueKind.Object } to && to.GetPropertyCount() > 0 ? to : default;
        return new()
        {
            Meta = meta,
            HasAnnotations = item.At("metadata", "annotations") is { ValueKind: JsonValueKind.Object },
            HasSubsets = subsets.ValueKind is JsonValueKind.Object,
            Subsets = subsets.ValueKind is JsonValueKind.Object ? [.. subsets.EnumerateObject().Select(each => new ResolverSubset(each.Name, each.Value.Text("filter") ?? "", each.Value.GetRawText()))] : [],
            Redirect = redirect.ValueKind is JsonValueKind.Object ? redirect.Text("service") ?? redirect.Text("peer") ?? redirect.Text("datacenter") ?? "another place" : null,
            Acceptance = SyncedStatus.Read(item, meta, ConsulApi.ServiceResolver.Kind),
            AnsweredAt = SyncedStatus.At(item),
        };
    }

    /// <summary>For people: <c>ServiceResolver shop/web</c>.</summary>
    public override string ToString() => $"{ConsulApi.ServiceResolver.Kind} {Meta.Name}";
}

/// <summary>A part of a service's instances.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Filter">The expression that chooses them; empty = all.</param>
/// <param name="Json">All of it.</param>
internal sealed record ResolverSubset(string Name, string Filter, string Json)
{
    /// <summary>As a tree.</summary>
    public JsonObject Tree => JsonNode.Parse(Json) as JsonObject ?? [];
}
