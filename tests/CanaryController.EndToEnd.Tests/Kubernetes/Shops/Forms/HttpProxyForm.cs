using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>An HTTPProxy of Contour.</summary>
internal sealed class HttpProxyForm : RouteForm
{
    public override string Router => "Contour";

    public override KubeKind Kind => KubeKind.HttpProxy;

    public override string Spec => """{"virtualhost": {"fqdn": "<name>.example.org"}, "routes": [{"services": [{"name": "<backend>", "port": 80}]}]}""";

    public override (string Name, string Content) Section(bool isBySubset) => ("contour", """{"httpProxies": [{"name": "<name>"}]}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside)
    {
        foreach (var rule in route.Items("spec", "routes").Where(rule => !IsForTesters(rule)))
        {
            var entries = rule.Items("services").Where(each => !each.ContainsKey("mirror")).ToList();
            yield return [.. entries.Select(each => (each.Text("name") ?? "", entries.Count == 1 ? 100 : each.Int("weight") ?? 0))];
        }
    }

    public override JsonObject? Accepted(JsonObject route, DateTimeOffset now) => new()
    {
        ["currentStatus"] = "valid",
        ["description"] = "Valid HTTPProxy",
        ["conditions"] = new JsonArray(Yes("Valid", route, now)),
    };
}
