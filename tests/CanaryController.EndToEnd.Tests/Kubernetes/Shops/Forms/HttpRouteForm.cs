using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>An HTTPRoute behind a gateway.</summary>
internal class HttpRouteForm : RouteForm
{
    private const string GatewayName = "canarycontroller.io/e2e-mesh";
    private const string MeshName = "linkerd.io/policy-controller";

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

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside) =>
        route.Items("spec", "rules").Where(rule => !IsForTesters(rule)).Select(rule => rule.Items("backendRefs").Select(each => (each.Text("name") ?? "", each.Int("weight") ?? 1)).ToList());

    /// <summary>Linkerd answers for parents that are Services, a gateway for all others.</summary>
    public override JsonObject? Accepted(JsonObject route, DateTimeOffset now) => new()
    {
        ["parents"] = new JsonArray([.. route.Items("spec", "parentRefs").Select(parent => (JsonNode)new JsonObject
        {
            ["parentRef"] = parent.DeepClone(),
            ["controllerName"] = parent.Text("kind") == "Service" ? MeshName : GatewayName,
            ["conditions"] = new JsonArray(Yes("Accepted", route, now), Yes("ResolvedRefs", route, now)),
        })]),
    };
}

/// <summary>An HTTPRoute of a Service, which Linkerd's proxies carry out where the requests begin.</summary>
internal sealed class LinkerdForm : HttpRouteForm
{
    public override string Router => "Linkerd";

    public override string Spec => """
        {"parentRefs": [{"group": "core", "kind": "Service", "name": "<name>", "port": 80}], "rules": [{"backendRefs": [{"name": "<backend>", "port": 80}]}]}
        """;

    public override (string Name, string Content) Section(bool isBySubset) => ("linkerd", """{"httpRoutes": [{"name": "<name>"}]}""");
}
