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

    protected static string NoMirror(BackendPair pair) =>
        $"of Traefik's objects only a TraefikService with spec.mirroring mirrors. Put one before the one with spec.weighted, write {{name: {pair.Service}, port: {PortOf(pair)}, percent: 0}} among its mirrors, and name both.";

    private static string PortOf(BackendPair pair) => pair.Port?.ToString(CultureInfo.InvariantCulture) ?? "its port";

    /// <inheritdoc/>
    public override int? UnwrittenWeight => 1;

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"service {{name: {pair.Service}, port: {PortOf(pair)}}}";

    /// <summary>An entry. A port may be a name, which counts as not said.</summary>
    protected static RouteBackend Backend(JsonElement item)
    {
        var weight = item.Cut("weight");
        return new("", item.Text("kind") is { Length: > 0 } kind ? kind : "Service", item.Text("namespace"), item.Text("name") ?? "", item.Int("port"), weight, weight ?? 1);
    }
}

/// <summary>
/// TraefikService: <c>spec.weighted.services[]</c>, and the mirrors of one with <c>spec.mirroring</c>, where both are there the former alone counts. One that fails over or hashes has nothing to divide.
/// </summary>
internal sealed class TraefikServiceKind : TraefikKind
{
    private static readonly MirrorsDialect _mirrors = new();
    private static readonly (string Member, string Does)[] _others = [("failover", "fails over"), ("highestRandomWeight", "divides by a hash of the client")];

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1alpha1", "traefikservices", "TraefikService")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:weighted", "f:mirroring"];

    /// <inheritdoc/>
    public override string RuleNoun => "weighted list";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        if (item.At("spec", "weighted", "services") is { ValueKind: JsonValueKind.Array } services)
        {
            yield return new("/spec/weighted/services", "the weighted list", null, [.. services.EnumerateArray().Select(Backend)]);
        }
        else if (item.At("spec", "weighted") is null && item.At("spec", "mirroring", "mirrors") is { ValueKind: JsonValueKind.Array } mirrors)
        {
            yield return new("/spec/mirroring/mirrors", "the mirrors", null, [.. mirrors.EnumerateArray().Select(Mirror)]) { OnlyMirrors = true };
        }
    }

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => rule.OnlyMirrors ? _mirrors : null;

    /// <inheritdoc/>
    public override string? Elsewhere(JsonElement item, ObjectMeta meta) => item.At("spec", "weighted") is not null ? null
        : item.At("spec", "mirroring") is not null
            ? $"{Name} {meta.Name} mirrors requests (spec.mirroring), which is not divided: name one with spec.weighted, and let this one send there. For steps with mirror name both, and write the Service among the mirrors here, with percent: 0."
        : _others.Where(other => item.At("spec", other.Member) is not null)
            .Select(other => $"{Name} {meta.Name} {other.Does} (spec.{other.Member}), which this version does not divide: name one with spec.weighted, and let this one send there.")
            .FirstOrDefault();

    /// <inheritdoc/>
    public override string Incapable(BackendPair pair, bool mirrors) => mirrors ? NoMirror(pair) : $"a {Name} asks for no headers. Name the IngressRoute instead, and write Service {pair.Service} into its routes.";

    /// <summary>An entry that gets copies: its percentage stands for a weight, which counts nothing.</summary>
    private static RouteBackend Mirror(JsonElement item) => Backend(item) with { Weight = item.Int("percent"), Share = 0, IsShare = false };
}

/// <summary>IngressRoute and IngressRouteTCP: <c>spec.routes[].services[]</c>.</summary>
internal abstract class TraefikRoutesKind : TraefikKind
{
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

/// <summary>IngressRoute: it divides requests.</summary>
internal sealed class IngressRouteKind : TraefikRoutesKind
{
    private static readonly IngressDialect _dialect = new();

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1alpha1", "ingressroutes", "IngressRoute")];

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => _dialect;

    /// <inheritdoc/>
    public override string Incapable(BackendPair pair, bool mirrors) => NoMirror(pair);
}

/// <summary>IngressRouteTCP: it divides connections. A Service without a ready endpoint is left out of its route, and the others take its share.</summary>
internal sealed class IngressRouteTcpKind : TraefikRoutesKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1alpha1", "ingressroutetcps", "IngressRouteTCP")];
}
