using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// What a service counts itself. Versions are told apart by pod, or, where a label of the version is named, by that label among the series of one service. What never reached
/// the service is not counted.
/// </summary>
internal static class ApplicationSource
{
    private static readonly string[] _codeLabels = ["code", "status", "status_code", "http_status", "http_response_status_code"];

    /// <summary>The usual names of exporters' targets; everything else is the service's own.</summary>
    private static readonly HashSet<string> _targetLabels = new(StringComparer.Ordinal)
    {
        "cluster", "k8s_cluster", "prometheus", "prometheus_replica", "replica", "tenant", "namespace", "pod", "container", "node", "endpoint", "service", "hostname", "region", "zone",
    };

    /// <summary>The series of a rollout's pods, or of a service's versions.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        if (request.Target.Cluster is { } cluster)
        {
            if (counting.VersionLabel is not { } version)
            {
                var pods = PodPlace.Of(request, counting, "namespace");
                return new(Source(counting.Source, $"{pods.NamespaceLabel},{pods.PodLabel}", pods.Keys, null), pods.Series());
            }

            var place = ServicePlace.Of(request, counting, "namespace", "job");
            return new(Source(counting.Source, $"{place.NamespaceLabel},{place.ServiceLabel},{version}", place.Keys, new(version)), place.OfApex());
        }

        var (service, label) = (counting.ServiceLabel ?? "job", counting.VersionLabel ?? "version");
        var name = ServicePlace.ApexOf(request);
        return new(
            Source(counting.Source, $"{service},{label}", [new(service)], new(label)),
            VersionNames.OfRevisions(request, counting).Arms(each => new ArmSeries(each.Arm, [name], each.Name)));
    }

    private static CounterSource Source(RequestSource kind, string id, IReadOnlyList<KeyLabel> keys, KeyLabel? version) => new()
    {
        Id = $"{kind}({id})",
        Kind = kind,
        Requests = new(kind == RequestSource.OpenTelemetry ? "http_server_request_duration_seconds_count" : "http_requests_total"),
        Durations = new(kind == RequestSource.OpenTelemetry ? "http_server_request_duration_seconds_bucket" : "http_request_duration_seconds_bucket"),
        Keys = keys,
        Version = version,
        StatusLabels = _codeLabels,
        IsError = kind == RequestSource.OpenTelemetry ? IsOpenTelemetryError : IsError,
        IsOwnLabel = name => !_targetLabels.Contains(name) && (name == version?.Name || keys.All(key => key.Name != name)),
    };

    private static bool? IsError(LabelSet labels)
    {
        foreach (var label in _codeLabels)
        {
            if (StatusCodes.IsServerError(labels[label]) is { } isError)
            {
                return isError;
            }
        }

        return null;
    }

    /// <summary>A request that ended without a status says why (OpenTelemetry, "Semantic conventions for HTTP metrics", <c>error.type</c>).</summary>
    private static bool? IsOpenTelemetryError(LabelSet labels) => IsError(labels) ?? (labels["error_type"].Length > 0 ? true : null);
}
