using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

/// <summary>A ServiceSplitter of Consul, whose subsets a ServiceResolver has. Weights count in hundredths of a percent here.</summary>
internal sealed class ServiceSplitterForm : RouteForm
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    public override string Router => "Consul";

    public override KubeKind Kind => KubeKind.ServiceSplitter;

    public override KubeKind? Companion => KubeKind.ServiceResolver;

    public override string Spec => """{"splits": [{"weight": 100}]}""";

    public override string CompanionSpec => """{"connectTimeout": "15s"}""";

    public override (string Name, string Content) Section(bool isBySubset) => ("consul", """{"service": "<name>"}""");

    public override IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside) => route is null ? [] :
    [
        [.. route.Items("spec", "splits").Select(each => (Name(each.Text("service") ?? route.Name(), each.Text("serviceSubset")), (int)Math.Round((each["weight"]?.GetValue<double>() ?? 0) * 100)))],
    ];

    /// <summary>consul-k8s registers the pod's name with each instance.</summary>
    public override bool Chooses(JsonObject companion, string subset, string pod, string hash) =>
        companion.Text("spec", "subsets", subset, "filter")?.Split('"') is [_, "pod-name", _, var pattern, ..] && Regex.IsMatch(pod, pattern, RegexOptions.ExplicitCapture, _patience);

    public override JsonObject? Accepted(JsonObject route, DateTimeOffset now) => new()
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Synced", ["status"] = "True", ["lastTransitionTime"] = Moment(now) }),
        ["lastSyncedTime"] = Moment(now),
    };

    private static string Name(string service, string? subset) => subset is null ? service : $"{service}-{subset}";
}
