using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// Istio's proxies. The client's view (clients with sidecars, gateways, waypoints) tells versions apart by the Service that was called and sees requests that reached no pod. The
/// server's view tells them apart by pod: <c>destination_workload</c> is the same for both versions of a Deployment.
/// </summary>
internal static class IstioSource
{
    /// <summary>The series of a rollout's Services or pods.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting) => (counting.View, counting.VersionLabel) switch
    {
        (RequestView.Server, _) => ServerView(request, counting),
        (RequestView.Client, null) => ClientView(request, counting),
        (RequestView.Client, { } version) => BySubset(request, counting, version),
    };

    private static CountedBy ClientView(EvidenceRequest request, RequestCounting counting)
    {
        var place = ServicePlace.Of(request, counting, "destination_service_namespace", "destination_service_name");
        return new(Client($"{place.NamespaceLabel},{place.ServiceLabel}", place.Keys, null), place.OfLeaves());
    }

    private static CountedBy BySubset(EvidenceRequest request, RequestCounting counting, string version)
    {
        var place = ServicePlace.Of(request, counting, "destination_service_namespace", "destination_service_name");
        return new(Client($"{place.NamespaceLabel},{place.ServiceLabel},{version}", place.Keys, new(version)), place.OfApex());
    }

    private static CountedBy ServerView(EvidenceRequest request, RequestCounting counting)
    {
        var pods = PodPlace.Of(request, counting, "destination_workload_namespace");
        return new(Source($"Server({pods.NamespaceLabel},{pods.PodLabel})", "reporter=\"destination\"", pods.Keys, null, false), pods.Series());
    }

    private static CounterSource Client(string id, IReadOnlyList<KeyLabel> keys, KeyLabel? version) => Source($"Client({id})", "reporter=~\"source|waypoint\"", keys, version, true);

    private static CounterSource Source(string id, string reporter, IReadOnlyList<KeyLabel> keys, KeyLabel? version, bool zeroIsError) => new()
    {
        Id = $"{RequestSource.Istio}{id}",
        Kind = RequestSource.Istio,
        Requests = new("istio_requests_total", reporter),
        Durations = new("istio_request_duration_milliseconds_bucket", reporter) { UnitsPerSecond = 1_000 },
        Keys = keys,
        Version = version,
        IsError = labels => IsError(labels, zeroIsError),
        IsOwnLabel = IsOwn,
    };

    /// <summary>A failed gRPC call has the HTTP code 200. A client's code 0 is a request that got no answer: no healthy upstream, no connection, no cluster.</summary>
    private static bool? IsError(LabelSet labels, bool zeroIsError)
    {
        if (labels["request_protocol"] is "grpc" && StatusCodes.IsGrpcServerError(labels["grpc_response_status"]) is { } failed)
        {
            return failed || StatusCodes.IsServerError(labels["response_code"]) is true;
        }

        return labels["response_code"] is "0" ? zeroIsError : StatusCodes.IsServerError(labels["response_code"]);
    }

    /// <summary>Istio's standard labels; of added ones (<c>request_host</c> and the like) most have one of these beginnings.</summary>
    private static bool IsOwn(string name) =>
        name is "reporter" || _beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal));

    private static readonly string[] _beginnings = ["source_", "destination_", "request_", "response_", "connection_", "grpc_"];
}
