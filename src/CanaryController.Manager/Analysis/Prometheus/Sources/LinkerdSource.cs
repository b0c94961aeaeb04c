using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// Linkerd's proxies, on the side that sends, by the Service behind the route. HTTPRoutes and GRPCRoutes are counted under two names. The histogram has no bound between 1 and 10
/// seconds.
/// </summary>
internal static class LinkerdSource
{
    /// <summary>The series of a rollout's Services.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var place = ServicePlace.Of(request, counting, "backend_namespace", "backend_name");
        var source = new CounterSource
        {
            Id = $"{RequestSource.Linkerd}({place.NamespaceLabel},{place.ServiceLabel})",
            Kind = RequestSource.Linkerd,
            Requests = Both("response_statuses_total"),
            Durations = Both("response_duration_seconds_bucket"),
            Keys = place.Keys,
            IsError = IsError,
            IsOwnLabel = IsOwn,
        };
        return new(source, place.OfLeaves());
    }

    private static CounterMetric Both(string metric) => new([$"outbound_http_route_backend_{metric}", $"outbound_grpc_route_backend_{metric}"]);

    /// <summary>The label <c>error</c> names requests that got no whole answer: time-outs, no connection, load that was shed.</summary>
    private static bool? IsError(LabelSet labels)
    {
        if (labels["error"].Length > 0)
        {
            return true;
        }

        return labels.Name.StartsWith("outbound_grpc_", StringComparison.Ordinal)
            ? StatusCodes.IsGrpcServerError(labels["grpc_status"])
            : StatusCodes.IsServerError(labels["http_status"]);
    }

    private static bool IsOwn(string name) =>
        name is "http_status" or "grpc_status" or "error" || _beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal));

    private static readonly string[] _beginnings = ["parent_", "route_", "backend_"];
}
