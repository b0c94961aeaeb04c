using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>Registers the hooks that keep others from undoing what the controller does.</summary>
internal static class GuardRegistration
{
    /// <summary>Adds them. They need the caches of <see cref="KubernetesRegistration"/>.</summary>
    public static IServiceCollection AddAdmissionGuards(this IServiceCollection services) => services
        .AddSingleton<IAdmissionHook>(provider => ActivatorUtilities.CreateInstance<HoldHook>(provider, provider.GetRequiredService<KubernetesOptions>().Hold))
        .AddSingleton<IAdmissionHook, ServiceHook>()
        .AddSingleton<IAdmissionHook, RouteHook>();
}
