using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>The product's own gateway (docs/gateway-admin-api.md, "Metrics").</summary>
internal static class GatewaySource
{
    private static readonly CounterSource _source = new()
    {
        Id = nameof(RequestSource.Gateway),
        Kind = RequestSource.Gateway,
        Requests = new("canary_gateway_requests_total"),
        Durations = new("canary_gateway_request_duration_seconds_bucket"),
        Keys = [new("route")],
        Version = new("version"),
        IsError = labels => StatusCodes.IsServerError(labels["code"]),
        IsOwnLabel = name => name is "route" or "version" or "code",
        HasOneHistogram = true,
    };

    /// <summary>A route's series, told apart by the label <c>version</c>: a revision.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var names = VersionNames.OfRevisions(request, counting);
        return new(_source, names.Arms(version => new ArmSeries(version.Arm, [request.Target.Route], version.Name)));
    }
}
