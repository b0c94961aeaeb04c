using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Linkerd;

/// <summary>Registers what Linkerd needs beside its routes.</summary>
internal static class LinkerdRegistration
{
    /// <summary>Adds the watch of ServiceProfiles, and the companion over them.</summary>
    public static IServiceCollection AddLinkerd(this IServiceCollection services) => services
        .AddInformer<ServiceProfileObject>(ServiceProfileObject.Profiles, ServiceProfileObject.Project)
        .AddBesideWatch<ServiceProfileObject>((waker, profile) => waker.BesideServices(profile.IndexKeys))
        .AddSingleton<RouteCompanion, LinkerdCompanion>();
}
