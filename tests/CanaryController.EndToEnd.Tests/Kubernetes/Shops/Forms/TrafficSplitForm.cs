using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>A TrafficSplit of the Service Mesh Interface.</summary>
internal sealed class TrafficSplitForm : RouteForm
{
    public override string Router => "SMI";

    public override KubeKind Kind => KubeKind.TrafficSplit;

    public override string Spec => """{"service": "<name>", "backends": [{"service": "<backend>", "weight": 100}]}""";

    public override (string Name, string Content) Section(bool isBySubset) => ("smi", """{"trafficSplits": [{"name": "<name>"}]}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside) =>
        route is null ? [] : [[.. route.Items("spec", "backends").Select(each => (each.Text("service") ?? "", each.Int("weight") ?? int.Parse(each.Text("weight") ?? "0", CultureInfo.InvariantCulture)))]];
}
