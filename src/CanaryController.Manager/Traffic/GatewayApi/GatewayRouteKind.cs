using System.Globalization;
using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>What the routes of the Gateway API have in common: <c>spec.rules[].backendRefs[]</c> with relative weights, and parents that answer.</summary>
internal abstract class GatewayRouteKind : RouteKind
{
    private static readonly GatewayDialect _dialect = new();

    protected const string GatewayGroup = "gateway.networking.k8s.io";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:rules"];

    /// <inheritdoc/>
    public override int MaxBackends => 16;

    /// <inheritdoc/>
    public override int? UnwrittenWeight => 1;

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"backendRef {{name: {pair.Service}, port: {pair.Port?.ToString(CultureInfo.InvariantCulture) ?? "its port"}}}";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        var index = 0;
        foreach (var rule in item.Items("spec", "rules"))
        {
            yield return new(string.Intern($"/spec/rules/{index}/backendRefs"), string.Intern($"rule {index + 1}"), rule.Text("name"), [.. rule.Items("backendRefs").Select(Backend)])
            {
                Filters = Types(rule.Items("filters")),
                EntryFilters = Types(rule.Items("backendRefs").SelectMany(entry => entry.Items("filters"))),
            };
            index++;
        }
    }

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => _dialect;

    /// <inheritdoc/>
    public override RouteAcceptance Acceptance(JsonElement item, ObjectMeta meta) => ParentAcceptance.Read(this, item, meta);

    /// <inheritdoc/>
    public override IEnumerable<ControllerAcceptance> Controllers(JsonElement item, ObjectMeta meta) => ParentAcceptance.ByController(this, item, meta);

    /// <inheritdoc/>
    public override IEnumerable<RouteFront> Fronts(JsonElement item, ObjectMeta meta) =>
        from parent in item.Items("spec", "parentRefs").Select(each => RouteParentRef.Read(each, meta.Name.Namespace))
        where parent is { Group: "", Kind: "Service" }
        select new RouteFront(parent.Namespace, parent.Name, parent.Port);

    private static EquatableArray<string> Types(IEnumerable<JsonElement> filters) => [.. filters.Select(filter => filter.Text("type")).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>An entry; a weight that is not said is 1.</summary>
    private static RouteBackend Backend(JsonElement item)
    {
        var weight = item.Int("weight");
        return new(item.Text("group") is { } group and not "core" ? group : "", item.Text("kind") ?? "Service", item.Text("namespace"), item.Text("name") ?? "", item.Int("port"), weight, weight ?? 1);
    }
}

/// <summary>HTTPRoute.</summary>
internal sealed class HttpRouteKind : GatewayRouteKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [ObjectKind.HttpRoute];
}

/// <summary>GRPCRoute.</summary>
internal sealed class GrpcRouteKind : GatewayRouteKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(GatewayGroup, "v1", "grpcroutes", "GRPCRoute")];
}

/// <summary>TCPRoute: v1 since 1.6, before in the experimental channel only.</summary>
internal sealed class TcpRouteKind : GatewayRouteKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(GatewayGroup, "v1", "tcproutes", "TCPRoute"), new(GatewayGroup, "v1alpha2", "tcproutes", "TCPRoute")];

    /// <inheritdoc/>
    /// <remarks>Connections have no headers.</remarks>
    public override RuleDialect? DialectOf(RouteRule rule) => null;
}
