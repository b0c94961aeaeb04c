using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>
/// ServiceRouter of Consul on Kubernetes: <c>spec.routes[]{match, destination}</c>, which Consul follows before the splitter of the same service. It divides nothing: those of its routes that lead to the
/// splitter can be copied for matched requests.
/// </summary>
internal sealed class ServiceRouterKind : RouteKind
{
    private static readonly ServiceRouterDialect _dialect = new();

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(ConsulApi.Group, ConsulApi.Version, "servicerouters", "ServiceRouter")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:routes"];

    /// <inheritdoc/>
    public override string RuleNoun => "route";

    /// <inheritdoc/>
    public override string? SubsetField => "serviceSubset";

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => "route {match: {http: {pathPrefix: /}}}";

    /// <inheritdoc/>
    /// <remarks>A route has one destination, and no list of them: the last part of a rule's path names no member.</remarks>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        var (own, index) = (item.Text("metadata", "name") ?? "", 0);
        foreach (var route in item.Items("spec", "routes"))
        {
            yield return new(string.Intern($"/spec/routes/{index}/-"), string.Intern($"route {index + 1}"), null, [Backend(route, own)]) { OnlyMatches = true };
            index++;
        }
    }

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => _dialect;

    /// <inheritdoc/>
    public override RouteAcceptance Acceptance(JsonElement item, ObjectMeta meta) => SyncedStatus.Read(item, meta, Name);

    /// <inheritdoc/>
    public override string? AnsweredAt(JsonElement item) => SyncedStatus.At(item);

    /// <inheritdoc/>
    public override string? Mark(RouteObject route, DateTimeOffset now) => SyncedStatus.Mark(route.AnsweredAt, now);

    /// <summary>Where a route leads. One that names a namespace or partition of Consul leads out of the cluster; a service that is not written is the router's own.</summary>
    private static RouteBackend Backend(JsonElement route, string own)
    {
        var isElsewhere = route.Text("destination", "namespace") is { Length: > 0 } || route.Text("destination", "partition") is { Length: > 0 };
        var service = route.Text("destination", "service") is { Length: > 0 } written ? written : own;
        return new("", isElsewhere ? "Consul service" : "Service", null, service, null, null, 1) { Subset = route.Text("destination", "serviceSubset") is { Length: > 0 } subset ? subset : null };
    }
}
