using System.Globalization;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// What the objects of Traefik have in common: services with relative weights, 1 where none is written. Traefik says nothing of them anywhere. A service of kind TraefikService is no Service, and
/// one of another provider (<c>name@file</c>) is none of the cluster's.
/// </summary>
internal abstract class TraefikKind : RouteKind
{
    protected const string Group = "traefik.io";

    /// <inheritdoc/>
    public override int? UnwrittenWeight => 1;

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"service {{name: {pair.Service}, port: {pair.Port?.ToString(CultureInfo.InvariantCulture) ?? "its port"}}}";

    /// <summary>An entry. A port may be a name, which counts as not said.</summary>
    protected static RouteBackend Backend(JsonElement item)
    {
        var weight = item.Cut("weight");
        return new("", item.Text("kind") is { Length: > 0 } kind ? kind : "Service", item.Text("namespace"), item.Text("name") ?? "", item.Int("port"), weight, weight ?? 1);
    }
}

/// <summary>TraefikService: <c>spec.weighted.services[]</c>. One that mirrors, fails over or hashes has no list of weights to divide.</summary>
internal sealed class TraefikServiceKind : TraefikKind
{
    private static readonly (string Member, string Does)[] _others = [("mirroring", "mirrors requests"), ("failover", "fails over"), ("highestRandomWeight", "divides by a hash of the client")];

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1alpha1", "traefikservices", "TraefikService")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:weighted"];

    /// <inheritdoc/>
    public override string RuleNoun => "weighted list";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        if (item.At("spec", "weighted", "services") is { ValueKind: JsonValueKind.Array } services)
        {
            yield return new("/spec/weighted/services", "the weighted list", null, [.. services.EnumerateArray().Select(Backend)]);
        }
    }

    /// <inheritdoc/>
    public override string? Elsewhere(JsonElement item, ObjectMeta meta) => item.At("spec", "weighted") is not null
        ? null
        : _others.Where(other => item.At("spec", other.Member) is not null)
            .Select(other => $"{Name} {meta.Name} {other.Does} (spec.{other.Member}), which this version does not divide: name one with spec.weighted, and let this one send there.")
            .FirstOrDefault();
}

/// <summary>IngressRoute: <c>spec.routes[].services[]</c>.</summary>
internal sealed class IngressRouteKind : TraefikKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1alpha1", "ingressroutes", "IngressRoute")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:routes"];

    /// <inheritdoc/>
    public override string RuleNoun => "route";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        var index = 0;
        foreach (var route in item.Items("spec", "routes"))
        {
            yield return new(string.Intern($"/spec/routes/{index}/services"), string.Intern($"route {index + 1}"), null, [.. route.Items("services").Select(Backend)]);
            index++;
        }
    }
}
