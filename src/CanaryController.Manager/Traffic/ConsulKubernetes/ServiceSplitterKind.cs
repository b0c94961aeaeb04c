using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>
/// ServiceSplitter of Consul on Kubernetes (ADR 0012): <c>spec.splits[]{weight, serviceSubset}</c> of the service that it is named after. Weights are percents in steps of 0.01 whose sum is 100, so a
/// weight here is one in hundredths of a percent.
/// </summary>
internal sealed class ServiceSplitterKind : RouteKind
{
    private const string Service = "service";
    private const int StepsAPercent = CanaryWeight.WholeBasisPoints / 100;

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(ConsulApi.Group, ConsulApi.Version, "servicesplitters", "ServiceSplitter")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:splits"];

    /// <inheritdoc/>
    public override string NameField => Service;

    /// <inheritdoc/>
    public override string? SubsetField => "serviceSubset";

    /// <inheritdoc/>
    public override string RuleNoun => "list";

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => "split {weight: 100}";

    /// <inheritdoc/>
    public override string Incapable(BackendPair pair, bool mirrors) => mirrors
        ? "Consul mirrors nothing."
        : $"a {Name} asks for no headers. Write serviceRouter: true into traffic.consul, and a ServiceRouter {pair.Service} with a route for all requests, like routes: [{{match: {{http: {{pathPrefix: /}}}}}}].";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        if (item.At("spec", "splits") is { ValueKind: JsonValueKind.Array } splits)
        {
            var own = item.Text("metadata", "name") ?? "";
            yield return new("/spec/splits", "the list of splits", null, [.. splits.EnumerateArray().Select(split => Backend(split, own))]);
        }
    }

    /// <inheritdoc/>
    public override RouteAcceptance Acceptance(JsonElement item, ObjectMeta meta) => SyncedStatus.Read(item, meta, Name);

    /// <inheritdoc/>
    public override string? AnsweredAt(JsonElement item) => SyncedStatus.At(item);

    /// <inheritdoc/>
    public override string? Mark(RouteObject route, DateTimeOffset now) => SyncedStatus.Mark(route.AnsweredAt, now);

    /// <inheritdoc/>
    public override PairWeights Alone(CanaryWeight weight) => new(weight.RestBasisPoints, weight.BasisPoints);

    /// <inheritdoc/>
    public override JsonNode Write(int weight) => JsonValue.Create(weight / (decimal)StepsAPercent);

    /// <summary>A split. One that names a namespace or partition of Consul is none of the cluster's; a service that is not written is the splitter's own.</summary>
    private static RouteBackend Backend(JsonElement item, string own)
    {
        var written = item.Text(Service) ?? "";
        var isElsewhere = item.Text("namespace") is { Length: > 0 } || item.Text("partition") is { Length: > 0 };
        var weight = item.At("weight") is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var percent) && percent is >= 0 and <= 100
            ? (int?)Math.Round(percent * StepsAPercent)
            : null;
        return new("", isElsewhere ? "Consul service" : "Service", null, written.Length > 0 ? written : own, null, weight, weight ?? 0)
        {
            Text = written,
            Subset = item.Text("serviceSubset") is { Length: > 0 } subset ? subset : null,
        };
    }
}

/// <summary>The custom resources of consul-k8s.</summary>
internal static class ConsulApi
{
    /// <summary>Their group.</summary>
    public const string Group = "consul.hashicorp.com";

    /// <summary>The only version of it.</summary>
    public const string Version = "v1alpha1";

    /// <summary>ServiceResolver.</summary>
    public static readonly ObjectKind ServiceResolver = new(Group, Version, "serviceresolvers", "ServiceResolver");
}
