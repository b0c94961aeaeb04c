using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>Registers who leads.</summary>
internal static class LeadershipRegistration
{
    /// <summary>Adds <see cref="LeaderElector"/> over a Lease in the controller's own namespace (the pod's, or the context's), and <see cref="IFence"/>.</summary>
    public static IServiceCollection AddLeadership(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var ns = provider.GetRequiredService<KubeConnection>().Namespace ?? "default";
            var random = new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64));
            return new LeaderElectionOptions(
                new(ns, LeaderElectionOptions.DefaultLease),
                LeaderElectionOptions.HolderOf(Environment.GetEnvironmentVariable("POD_NAME"), Environment.MachineName, random))
            {
                Address = LeaderElectionOptions.AddressOf(Environment.GetEnvironmentVariable("POD_IP"), provider.GetRequiredService<ApiOptions>().Listen),
            };
        });
        services.AddSingleton(provider => new LeaderElector(
            provider.GetRequiredService<IKubeApi>(),
            provider.GetRequiredService<LeaderElectionOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64, 1)),
            provider.GetRequiredService<ILogger<LeaderElector>>()));
        services.AddSingleton<IFence>(provider => provider.GetRequiredService<LeaderElector>());
        return services.AddHostedService(provider => provider.GetRequiredService<LeaderElector>());
    }
}
