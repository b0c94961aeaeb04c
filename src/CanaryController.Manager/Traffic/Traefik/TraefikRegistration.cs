using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>Registers what Traefik needs beside its objects.</summary>
internal static class TraefikRegistration
{
    /// <summary>Adds the companion over the other IngressRoutes.</summary>
    public static IServiceCollection AddTraefik(this IServiceCollection services) => services.AddSingleton<RouteCompanion, TraefikCompanion>();
}
