using System.Buffers;
using System.Text;
using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>What is kept of a DestinationRule.</summary>
internal sealed record DestinationRuleObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <inheritdoc/>
    public required ObjectKind Served { get; init; }

    /// <summary>The object has annotations, be it only kubectl's copy.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>Whose traffic it is about.</summary>
    public IstioHost Host { get; init; }

    /// <summary>It has a list of subsets, be it an empty one.</summary>
    public bool HasSubsets { get; init; }

    /// <summary>Its subsets, in order.</summary>
    public EquatableArray<RuleSubset> Subsets { get; init; }

    /// <summary><c>spec.trafficPolicy</c>, to compare.</summary>
    public TrafficPolicy Policy { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>The key by which the rules of a Service are found.</summary>
    public static string HostKey(string ns, string service) => $"host:{ns}/{service}";

    /// <summary>The subset of this name; null when there is none.</summary>
    public RuleSubset? Subset(string name) => Subsets.FirstOrDefault(subset => subset.Name == name);

    /// <summary>Reads a DestinationRule.</summary>
    public static DestinationRuleObject Project(JsonElement item, ObjectKind served)
    {
        var meta = ObjectMeta.Read(item);
        var host = IstioHost.Read(item.Text("spec", "host") ?? "");
        return new()
        {
            Meta = meta,
            Served = served,
            HasAnnotations = item.At("metadata", "annotations") is { ValueKind: JsonValueKind.Object },
            Host = host,
            HasSubsets = item.At("spec", "subsets") is { ValueKind: JsonValueKind.Array },
            Subsets = [.. item.Items("spec", "subsets").Select(RuleSubset.Read)],
            Policy = TrafficPolicy.Read(item.At("spec", "trafficPolicy")),
            IndexKeys = host.Service is { } service ? [HostKey(host.Namespace ?? meta.Name.Namespace, service)] : [],
        };
    }

    /// <summary>For people: <c>DestinationRule shop/web</c>.</summary>
    public override string ToString() => $"DestinationRule {Meta.Name}";
}

/// <summary>A part of a host's pods.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Labels">By which labels it chooses them, as JSON; null when it says none and so chooses all.</param>
/// <param name="Pin">The template's hash, when that is the only label.</param>
/// <param name="Policy">Its own policy, which comes before the rule's.</param>
internal sealed record RuleSubset(string Name, string? Labels, string? Pin, TrafficPolicy Policy)
{
    /// <summary>Reads an item of <c>spec.subsets</c>.</summary>
    public static RuleSubset Read(JsonElement item)
    {
        var labels = item.Pairs("labels");
        return new(
            item.Text("name") ?? "", item.At("labels")?.GetRawText(), labels.Count == 1 ? labels.GetValueOrDefault(Marks.PodTemplateHash) : null, TrafficPolicy.Read(item.At("trafficPolicy")));
    }
}

/// <summary>A policy of a host or subset: load balancing, connections, outlier detection, TLS.</summary>
/// <param name="Text">The same text for the same policy; null when there is none.</param>
/// <param name="TlsMode">How requests are encrypted; null when it is not said, which leaves it to the mesh.</param>
internal readonly record struct TrafficPolicy(string? Text, string? TlsMode)
{
    /// <summary>Reads a <c>trafficPolicy</c>.</summary>
    public static TrafficPolicy Read(JsonElement? item)
    {
        if (item is not { ValueKind: JsonValueKind.Object } policy || policy.GetPropertyCount() == 0)
        {
            return default;
        }

        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            CanonicalJson.Write(writer, policy);
        }

        return new(Encoding.UTF8.GetString(text.WrittenSpan), policy.Text("tls", "mode"));
    }
}
