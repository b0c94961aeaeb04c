using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>
/// VirtualService: <c>spec.http[].route[]</c>, <c>spec.tls[].route[]</c> and <c>spec.tcp[].route[]</c>, with weights that count beside each other. Its status says nothing of the proxies, so it
/// counts as taken up once it is stored.
/// </summary>
internal sealed class VirtualServiceKind : RouteKind
{
    private static readonly string[] _protocols = ["http", "tls", "tcp"];
    private static readonly HttpRouteDialect _dialect = new();

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [.. IstioApi.Versions("networking.istio.io", "virtualservices", "VirtualService", "v1", "v1beta1", "v1alpha3")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = [.. _protocols.Select(protocol => $"f:{protocol}")];

    /// <inheritdoc/>
    public override string NameField => "destination/host";

    /// <inheritdoc/>
    public override string? SubsetField => "destination/subset";

    /// <inheritdoc/>
    public override string RuleNoun => "route";

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"destination {{host: {pair.Service}}}";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        foreach (var protocol in _protocols)
        {
            var index = 0;
            foreach (var route in item.Items("spec", protocol))
            {
                yield return new(string.Intern($"/spec/{protocol}/{index}/route"), Title(protocol, index, route), route.Text("name"), [.. Backends(route)]);
                index++;
            }
        }
    }

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => rule.List == "/spec/http" ? _dialect : null;

    /// <inheritdoc/>
    /// <remarks>A delegate is an object of its own, with routes of its own: it is the one to divide.</remarks>
    public override string? Elsewhere(JsonElement item, ObjectMeta meta)
    {
        var index = -1;
        foreach (var route in item.Items("spec", "http"))
        {
            index++;
            if (route.Text("delegate", "name") is { } name)
            {
                var ns = route.Text("delegate", "namespace") ?? meta.Name.Namespace;
                var where = ns == meta.Name.Namespace ? "" : $", of a Rollout in namespace {ns}";
                return $"{Name} {meta.Name} delegates {Title("http", index, route)} to {Name} {ns}/{name}: write that one into istio.virtualServices{where}.";
            }
        }

        return null;
    }

    private static string Title(string protocol, int index, JsonElement route) =>
        string.Intern(route.Text("name") is { Length: > 0 } name ? $"{protocol} route '{name}'" : $"{protocol} route {index + 1}");

    private static IEnumerable<RouteBackend> Backends(JsonElement route)
    {
        var entries = route.Items("route").ToList();
        return entries.Select(entry => Backend(entry, isSole: entries.Count == 1));
    }

    /// <summary>One that stands alone gets everything, whatever it weighs; among several, one that says no weight gets nothing.</summary>
    private static RouteBackend Backend(JsonElement entry, bool isSole)
    {
        var host = IstioHost.Read(entry.Text("destination", "host") ?? "");
        var weight = entry.Cut("weight");
        var share = Math.Max(weight ?? 0, isSole ? 1 : 0);
        var (kind, name) = host.Service is { } service ? ("Service", service) : ("host", host.Text);
        return new("", kind, host.Namespace, name, entry.Int("destination", "port", "number"), weight, share)
        {
            Text = host.Text,
            Subset = entry.Text("destination", "subset"),
        };
    }
}

/// <summary>The kinds of Istio's API.</summary>
internal static class IstioApi
{
    /// <summary>DestinationRule, in the versions that are spoken, the preferred one first.</summary>
    public static IReadOnlyList<ObjectKind> DestinationRule { get; } = [.. Versions("networking.istio.io", "destinationrules", "DestinationRule", "v1", "v1beta1", "v1alpha3")];

    /// <summary>PeerAuthentication.</summary>
    public static IReadOnlyList<ObjectKind> PeerAuthentication { get; } = [.. Versions("security.istio.io", "peerauthentications", "PeerAuthentication", "v1", "v1beta1")];

    /// <summary>A kind in some versions.</summary>
    public static IEnumerable<ObjectKind> Versions(string group, string plural, string kind, params IEnumerable<string> versions) => versions.Select(version => new ObjectKind(group, version, plural, kind));
}
