using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Finds where a rollout's requests are counted. One file a source.</summary>
internal static class CounterSources
{
    private static readonly RequestCounting _gateway = new() { Source = RequestSource.Gateway };

    /// <summary>The source and the rollout's series in it.</summary>
    public static CountedBy Of(EvidenceRequest request)
    {
        var counting = request.Spec.Analysis.Counting ?? _gateway;
        return counting.Source switch
        {
            RequestSource.Gateway => GatewaySource.Of(request, counting),
            RequestSource.HAProxy => HAProxySource.Of(request, counting),
            RequestSource.Consul => ConsulSource.Of(request, counting),
            RequestSource.Istio => IstioSource.Of(request, counting),
            RequestSource.Linkerd => LinkerdSource.Of(request, counting),
            RequestSource.Envoy => EnvoySource.Of(request, counting),
            RequestSource.Traefik => TraefikSource.Of(request, counting),
            RequestSource.IngressNginx => IngressNginxSource.Of(request, counting),
            RequestSource.Application => ApplicationSource.Of(request, counting),
            RequestSource.OpenTelemetry => ApplicationSource.Of(request, counting),
        };
    }
}
