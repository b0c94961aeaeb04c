using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Admission.Guards;
using CanaryController.Manager.Kubernetes.Admission.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>Registers admission.</summary>
internal static class AdmissionRegistration
{
    /// <summary>Adds what decides whether a command counts, with admission or without.</summary>
    public static IServiceCollection AddCommandTrust(this IServiceCollection services, AdmissionOptions? options) =>
        services.AddSingleton(provider => new CommandTrust(options is null ? null : provider.GetRequiredService<AdmissionObjects>()));

    /// <summary>Adds the server, its hooks and its certificates.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.AddSingleton(options).AddSingleton<AdmissionMetrics>().AddSingleton<AdmissionDesk>().AddSingleton<ServingCertificate>().AddSingleton<AdmissionReadiness>();
        services.AddSingleton<IAdmissionHook, RolloutsHook>().AddSingleton<IAdmissionHook, FreezeWindowsHook>().AddSingleton<IAdmissionHook, NotificationChannelsHook>();
        services.AddSingleton<IAdmissionHook>(provider => CommandsHook.Over(provider.GetRequiredService<AdmissionObjects>(), provider.GetRequiredService<TimeProvider>()));
        services.AddAdmissionGuards();
        services.AddSingleton<OwnIdentity>().AddHostedService(provider => provider.GetRequiredService<OwnIdentity>());
        services.AddSingleton<AdmissionObjects>();
        services.AddHostedService<CertificateKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<AdmissionObjects>());
        if (options is { CertFile: { } certFile, KeyFile: { } keyFile })
        {
            services.AddHostedService(provider => new MountedCertificate(certFile, keyFile, provider.GetRequiredService<ServingCertificate>(), provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<AdmissionServer>().AddHostedService(provider => provider.GetRequiredService<AdmissionServer>());
        return services;
    }
}
