using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>Registers the Consul router.</summary>
internal static class ConsulRegistration
{
    /// <summary>Adds the router over <paramref name="consuls"/>, which <see cref="ConsulOptionsValidator"/> found right.</summary>
    public static IServiceCollection AddConsulRouter(this IServiceCollection services, IReadOnlyList<ConsulOptions> consuls)
    {
        foreach (var consul in consuls)
        {
            services.AddHttpClient(ClientName(consul))
                .ConfigureHttpClient(http =>
                {
                    // The client keeps deadlines itself, on TimeProvider.
                    http.Timeout = Timeout.InfiniteTimeSpan;
                    http.MaxResponseContentBufferSize = ConsulClient.MaxAnswerBytes;
                })
                .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
                {
                    // A redirect would carry the token to somebody else; a proxy has no part in this.
                    AllowAutoRedirect = false,
                    UseProxy = false,
                    UseCookies = false,
                    ConnectTimeout = consul.Timeout,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();
        }

        services.AddSingleton(provider =>
        {
            var factory = provider.GetRequiredService<IHttpClientFactory>();
            var time = provider.GetRequiredService<TimeProvider>();
            var router = new ConsulRouter(consuls.Select(consul => new ConsulClient(factory.CreateClient(ClientName(consul)), consul, time)), time);
            return new PlainRouter(RouterType.Consul, router);
        });
        return services;
    }

    private static string ClientName(ConsulOptions consul) => $"consul {consul.Name}";
}
