using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>HAProxy's own exporter. A backend's servers are named <c>VERSION</c> or <c>VERSION-anything</c>. It has averages of durations, no histogram.</summary>
internal static class HAProxySource
{
    private const string Responses = "haproxy_server_http_responses_total";

    private static readonly CounterSource _source = new()
    {
        Id = nameof(RequestSource.HAProxy),
        Kind = RequestSource.HAProxy,
        Requests = new(Responses),
        Keys = [new("proxy")],
        Version = new("server"),
        IsError = labels => StatusCodes.IsServerError(labels["code"]),
        IsOwnLabel = name => name is "proxy" or "server" or "code",
    };

    /// <summary>A backend's series.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var names = VersionNames.OfRevisions(request, counting);
        return new(_source, names.Arms(version => new ArmSeries(version.Arm, [request.Target.Route], version.Name) { MayGoOn = true }));
    }
}
