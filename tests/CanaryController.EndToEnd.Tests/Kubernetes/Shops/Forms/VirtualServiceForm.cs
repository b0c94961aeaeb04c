using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>A VirtualService of Istio.</summary>
internal sealed class VirtualServiceForm : RouteForm
{
    public override string Router => "Istio";

    public override KubeKind Kind => KubeKind.VirtualService;

    public override KubeKind? Companion => KubeKind.DestinationRule;

    public override string CompanionSpec => """{"host": "<name>", "trafficPolicy": {"outlierDetection": {"consecutive5xxErrors": 5}}}""";

    public override bool Chooses(JsonObject companion, string subset, string pod, string hash) =>
        companion.Items("spec", "subsets").FirstOrDefault(each => each.Text("name") == subset)?.Text("labels", "pod-template-hash") == hash;

    public override string Spec => """
        {"hosts": ["<name>"], "http": [{"name": "primary", "match": [{"uri": {"prefix": "/"}}], "route": [{"destination": {"host": "<backend>"}}]}]}
        """;

    public override (string Name, string Content) Section(bool isBySubset) =>
        ("istio", isBySubset ? """{"virtualServices": [{"name": "<name>"}], "destinationRule": {"name": "<name>"}}""" : """{"virtualServices": [{"name": "<name>"}]}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside)
    {
        foreach (var rule in route.Items("spec", "http").Where(rule => !IsForTesters(rule)))
        {
            var entries = rule.Items("route").ToList();
            yield return [.. entries.Select(each => (Name(each), entries.Count == 1 ? 100 : each.Int("weight") ?? 0))];
        }
    }

    private static string Name(JsonObject entry) => entry.Text("destination", "subset") is { } subset ? $"{entry.Text("destination", "host")}-{subset}" : entry.Text("destination", "host") ?? "";
}
