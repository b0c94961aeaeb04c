using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Registers the HAProxy router.</summary>
internal static class HAProxyRegistration
{
    /// <summary>Adds the router over <paramref name="proxies"/>, which <see cref="HAProxyOptionsValidator"/> found right; none when there are none.</summary>
    public static IServiceCollection AddHAProxyRouter(this IServiceCollection services, IReadOnlyList<HAProxyOptions> proxies) => proxies.Count == 0
        ? services
        : services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new PlainRouter(RouterType.HAProxy, new HAProxyRouter(proxies.Select(proxy => new HAProxyClient(proxy, time)), time));
        });
}
