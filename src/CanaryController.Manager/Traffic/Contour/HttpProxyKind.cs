using System.Globalization;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Contour;

/// <summary>
/// HTTPProxy of Contour: <c>spec.routes[].services[]</c> and <c>spec.tcpproxy.services[]</c>. Weights are relative. Among several services one without a weight counts 0; where nobody has a weight
/// they share evenly. A mirror gets copies of the requests: it is never counted, and never the rollout's.
/// </summary>
internal sealed class HttpProxyKind : RouteKind
{
    private const string Mirror = "mirror";
    private static readonly ProxyDialect _dialect = new();
    private const string NoWeights = "gives none of its services a weight, so they share evenly, and one with a weight would get everything: write a weight for each.";

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new("projectcontour.io", "v1", "httpproxies", "HTTPProxy")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:routes", "f:tcpproxy"];

    /// <inheritdoc/>
    public override string RuleNoun => "route";

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"service {{name: {pair.Service}, port: {pair.Port?.ToString(CultureInfo.InvariantCulture) ?? "its port"}}}";

    /// <inheritdoc/>
    /// <remarks>The TCP proxy comes first: rules are remembered by their number, and routes are added and removed more often than it.</remarks>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        if (item.At("spec", "tcpproxy", "services") is { ValueKind: JsonValueKind.Array } services)
        {
            yield return Rule("/spec/tcpproxy/services", "the tcpproxy", services.EnumerateArray());
        }

        var index = 0;
        foreach (var route in item.Items("spec", "routes"))
        {
            yield return Rule(string.Intern($"/spec/routes/{index}/services"), string.Intern($"route {index + 1}"), route.Items("services"));
            index++;
        }
    }

    /// <inheritdoc/>
    public override string? Elsewhere(JsonElement item, ObjectMeta meta)
    {
        if (item.Items("spec", "routes").Any() || item.At("spec", "tcpproxy", "services") is not null)
        {
            return null;
        }

        List<JsonElement> included = [.. item.Items("spec", "includes"), .. item.Items("spec", "tcpproxy", "includes")];
        if (item.At("spec", "tcpproxy", "include") is { } only)
        {
            included.Add(only);
        }

        var names = string.Join(", ", included.Select(each => $"{each.Text("namespace") ?? item.Text("metadata", "namespace")}/{each.Text("name")}").Distinct(StringComparer.Ordinal));
        return included.Count == 0 ? null : $"{Name} {meta.Name} only includes others ({names}): name the one that sends to the Service instead.";
    }

    /// <inheritdoc/>
    public override RuleDialect? DialectOf(RouteRule rule) => rule.List == "/spec/routes" ? _dialect : null;

    /// <inheritdoc/>
    public override RouteAcceptance Acceptance(JsonElement item, ObjectMeta meta) => ProxyStatus.Read(item, meta);

    private static RouteRule Rule(string path, string title, IEnumerable<JsonElement> services)
    {
        List<JsonElement> items = [.. services];
        var shares = items.Count(each => each.Bool(Mirror) is not true);
        var isEven = items.TrueForAll(each => each.Bool(Mirror) is true || each.Cut("weight") is null or 0);
        return new(path, title, null, [.. items.Select(each => Backend(each, isEven))]) { Obstacle = isEven && shares > 2 ? NoWeights : null };
    }

    private static RouteBackend Backend(JsonElement item, bool isEven)
    {
        var (weight, isMirror) = (item.Cut("weight"), item.Bool(Mirror) is true);
        return new("", "Service", null, item.Text("name") ?? "", item.Int("port"), weight, isMirror ? 0 : isEven ? 1 : weight ?? 0) { IsShare = !isMirror };
    }
}
