using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>Registers the gateway router.</summary>
internal static class GatewayRegistration
{
    /// <summary>Adds the router over <paramref name="gateways"/>, which <see cref="GatewayOptionsValidator"/> found right.</summary>
    public static IServiceCollection AddGatewayRouter(this IServiceCollection services, IReadOnlyList<GatewayOptions> gateways)
    {
        foreach (var gateway in gateways)
        {
            services.AddHttpClient(ClientName(gateway))
                .ConfigureHttpClient(http =>
                {
                    // The client keeps deadlines itself, on TimeProvider.
                    http.Timeout = Timeout.InfiniteTimeSpan;
                    http.MaxResponseContentBufferSize = GatewayClient.MaxAnswerBytes;
                })
                .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
                {
                    // A redirect would carry the token to somebody else; a proxy has no part in this.
                    AllowAutoRedirect = false,
                    UseProxy = false,
                    UseCookies = false,
                    ConnectTimeout = gateway.Timeout,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();
        }

        services.AddSingleton(provider =>
        {
            var factory = provider.GetRequiredService<IHttpClientFactory>();
            var time = provider.GetRequiredService<TimeProvider>();
            var router = new GatewayRouter(gateways.Select(gateway => new GatewayClient(factory.CreateClient(ClientName(gateway)), gateway, time)), time);
            return new PlainRouter(RouterType.Gateway, router);
        });
        return services;
    }

    private static string ClientName(GatewayOptions gateway) => $"gateway {gateway.Name}";
}
