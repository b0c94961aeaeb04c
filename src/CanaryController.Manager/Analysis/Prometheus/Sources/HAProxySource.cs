using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>HAProxy's own exporter. A backend's servers are named <c>VERSION</c> or <c>VERSION-anything</c>. It has averages of durations, no histogram.</summary>
/// <remarks>
/// Responses are those that a server gave: the 502, 503 and 504 that HAProxy answers for one that refuses connections, breaks off or is too slow are counted with the backend only. On
/// the server they are connection errors and response errors, so each of these is a failed request too (seen with HAProxy 2.6).
/// </remarks>
internal static class HAProxySource
{
    private const string Responses = "haproxy_server_http_responses_total";

    private static readonly CounterSource _source = new()
    {
        Id = nameof(RequestSource.HAProxy),
        Kind = RequestSource.HAProxy,
        Requests = new([Responses, "haproxy_server_connection_errors_total", "haproxy_server_response_errors_total"]),
        Keys = [new("proxy")],
        Version = new("server"),
        IsError = labels => labels.Name == Responses ? StatusCodes.IsServerError(labels["code"]) : true,
        IsOwnLabel = name => name is "proxy" or "server" or "code",
    };

    /// <summary>A backend's series.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var names = VersionNames.OfRevisions(request, counting);
        return new(_source, names.Arms(version => new ArmSeries(version.Arm, [request.Target.Route], version.Name) { MayGoOn = true }));
    }
}
