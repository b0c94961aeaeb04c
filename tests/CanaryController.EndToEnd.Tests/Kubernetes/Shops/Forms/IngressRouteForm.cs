using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>An IngressRoute of Traefik, with the Service in its route: for steps that match.</summary>
internal sealed class IngressRouteForm : RouteForm
{
    public override string Router => "Traefik";

    public override KubeKind Kind => KubeKind.IngressRoute;

    public override string Spec => """{"entryPoints": ["web"], "routes": [{"kind": "Rule", "match": "Host(`<name>.example.org`)", "services": [{"name": "<backend>", "port": 80}]}]}""";

    public override (string Name, string Content) Section(bool isBySubset) => ("traefik", """{"ingressRoutes": [{"name": "<name>"}]}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside) => route is null ? [] :
        route.Items("spec", "routes").Where(rule => !IsForTesters(rule)).Select(rule => (IReadOnlyList<(string, int)>)[.. rule.Items("services").Select(each => (each.Text("name") ?? "", each.Int("weight") ?? 1))]);
}
