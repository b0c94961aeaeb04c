using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>A TraefikService with weights.</summary>
internal sealed class TraefikServiceForm : RouteForm
{
    public override string Router => "Traefik";

    public override KubeKind Kind => KubeKind.TraefikService;

    public override string Spec => """{"weighted": {"services": [{"name": "<backend>", "port": 80}]}}""";

    public override (string Name, string Content) Section(bool isBySubset) => ("traefik", """{"traefikServices": [{"name": "<name>"}]}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside) =>
        route is null ? [] : [[.. route.Items("spec", "weighted", "services").Select(each => (each.Text("name") ?? "", each.Int("weight") ?? 1))]];
}
