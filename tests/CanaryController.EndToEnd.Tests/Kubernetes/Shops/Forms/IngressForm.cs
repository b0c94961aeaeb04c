using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>An Ingress of ingress-nginx. Its own Service is stable's entry; the canary's stands in an Ingress of the controller's beside it.</summary>
internal sealed class IngressForm : RouteForm
{
    private const string Canary = "nginx.ingress.kubernetes.io/canary";

    public override string Router => "IngressNginx";

    public override KubeKind Kind => KubeKind.Ingress;

    public override string Spec => """
        {
          "ingressClassName": "nginx",
          "rules": [{
            "host": "<name>.example.org",
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "<backend>", "port": {"number": 80}}}}]}
          }]
        }
        """;

    public override (string Name, string Content) Section(bool isBySubset) => ("ingressNginx", """{"ingresses": [{"name": "<name>"}]}""");

    public override string Stable(string shop) => shop;

    public override string? Beside(string shop) => $"{shop}-canary";

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside)
    {
        // A weight counts where the same host and path stand in an Ingress that is marked as a canary.
        var canaries = beside.Text("metadata", "annotations", Canary) == "true" ? Paths(beside).ToList() : [];
        var total = Math.Max(Number(beside, "weight-total") ?? 100, 100);
        var weight = Math.Min(Number(beside, "weight") ?? 0, total);
        return Paths(route).Select(main => canaries.FirstOrDefault(each => each.Place == main.Place).Service is { } canary
            ? (IReadOnlyList<(string, int)>)[(main.Service, total - weight), (canary, weight)]
            : [(main.Service, total)]);
    }

    private static IEnumerable<(string Place, string Service)> Paths(JsonObject? ingress) =>
        from rule in ingress.Items("spec", "rules")
        from path in rule.Items("http", "paths")
        select ($"{rule.Text("host")}{path.Text("path")}", path.Text("backend", "service", "name") ?? "");

    private static int? Number(JsonObject? ingress, string what) =>
        ingress.Text("metadata", "annotations", $"{Canary}-{what}") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
