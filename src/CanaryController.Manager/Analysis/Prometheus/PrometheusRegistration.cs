using CanaryController.Manager.Analysis.Prometheus.Sources;
using Prometheus;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Registers evidence from Prometheus.</summary>
internal static class PrometheusRegistration
{
    private const string ClientName = "prometheus";

    /// <summary>
    /// Adds <see cref="IEvidence"/> and the loops that fill it, with <paramref name="options"/> that <see cref="PrometheusOptionsValidator"/> found right. Needs a
    /// <see cref="TimeProvider"/>, an <see cref="IRolloutWaker"/>, an <see cref="IMetricFactory"/>, and Quartz with its hosted service.
    /// </summary>
    public static IServiceCollection AddPrometheusEvidence(this IServiceCollection services, PrometheusOptions options)
    {
        services.AddHttpClient(ClientName)
            .ConfigureHttpClient(http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                AutomaticDecompression = System.Net.DecompressionMethods.None,
                ConnectTimeout = options.Timeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();

        services.AddSingleton(options);
        services.AddSingleton<EvidenceMetrics>();
        services.AddSingleton<EvidenceSignals>();
        services.AddSingleton<EvidenceBook>();
        services.AddSingleton(provider => new PrometheusClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName),
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EvidenceMetrics>()));
        services.AddSingleton<CounterSampler>();
        services.AddSingleton<BoundsReader>();
        services.AddSingleton<IEvidence, PrometheusEvidence>();
        services.AddSingleton<SeriesDiagnosis>();
        services.AddHostedService<CounterTicks>();
        services.AddHostedService<NoDataDiagnosis>();
        services.AddHostedService<CounterCatchUp>();
        services.AddSingleton<CustomQueries>();
        services.AddHostedService<CustomQuerySchedule>();
        return services;
    }
}
