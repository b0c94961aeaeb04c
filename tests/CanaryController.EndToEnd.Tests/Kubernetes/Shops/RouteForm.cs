using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>What divides a shop's requests: the kind of object, what people write of it, and how a mesh reads it.</summary>
internal abstract class RouteForm
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteForm> All { get; } = [new HttpRouteForm(), new VirtualServiceForm()];

    /// <summary>The Rollout's router.</summary>
    public abstract string Router { get; }

    /// <summary>The kind of object.</summary>
    public abstract KubeKind Kind { get; }

    /// <summary>The object's spec, as JSON: <c>&lt;name&gt;</c> is the shop's, <c>&lt;backend&gt;</c> its Service.</summary>
    public abstract string Spec { get; }

    /// <summary>The Rollout's section: its name and, as JSON, what stands in it.</summary>
    public abstract (string Name, string Content) Section(bool isBySubset);

    /// <summary>Where each rule of an object sends to, and with which weight; a subset is called <c>SERVICE-SUBSET</c>.</summary>
    public abstract IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route);

    /// <summary>That of a router; null for one that divides no objects.</summary>
    public static RouteForm? Of(string router) => All.FirstOrDefault(form => form.Router == router);

    /// <summary>That of a kind; null for one that divides nothing.</summary>
    public static RouteForm? Of(KubeKind kind) => All.FirstOrDefault(form => form.Kind == kind);

    private sealed class HttpRouteForm : RouteForm
    {
        public override string Router => "GatewayAPI";

        public override KubeKind Kind => KubeKind.HttpRoute;

        public override string Spec => """
            {
              "parentRefs": [{"name": "web"}],
              "hostnames": ["<name>.example.org"],
              "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"name": "<backend>", "port": 80}]}]
            }
            """;

        public override (string Name, string Content) Section(bool isBySubset) => ("gatewayAPI", """{"httpRoutes": [{"name": "<name>"}]}""");

        public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route) =>
            route.Items("spec", "rules").Select(rule => rule.Items("backendRefs").Select(each => (each.Text("name") ?? "", each.Int("weight") ?? 1)).ToList());
    }

    private sealed class VirtualServiceForm : RouteForm
    {
        public override string Router => "Istio";

        public override KubeKind Kind => KubeKind.VirtualService;

        public override string Spec => """
            {"hosts": ["<name>"], "http": [{"name": "primary", "match": [{"uri": {"prefix": "/"}}], "route": [{"destination": {"host": "<backend>"}}]}]}
            """;

        public override (string Name, string Content) Section(bool isBySubset) =>
            ("istio", isBySubset ? """{"virtualServices": [{"name": "<name>"}], "destinationRule": {"name": "<name>"}}""" : """{"virtualServices": [{"name": "<name>"}]}""");

        public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route)
        {
            foreach (var rule in route.Items("spec", "http"))
            {
                var entries = rule.Items("route").ToList();
                yield return [.. entries.Select(each => (Name(each), entries.Count == 1 ? 100 : each.Int("weight") ?? 0))];
            }
        }

        private static string Name(JsonObject entry) => entry.Text("destination", "subset") is { } subset ? $"{entry.Text("destination", "host")}-{subset}" : entry.Text("destination", "host") ?? "";
    }
}
