using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;

namespace CanaryController.Manager.Workloads;

/// <summary>Registers what leads workloads on Kubernetes. The caches of the objects, <see cref="IFence"/> and <see cref="IClusterEvents"/> come from elsewhere.</summary>
internal static class WorkloadRegistration
{
    public static IServiceCollection AddClusterWorkloads(this IServiceCollection services, HoldMode hold) => services
        .AddSingleton<WorkloadCaches>()
        .AddSingleton<WorkloadExecutor>()
        .AddSingleton<HoldContention>()
        .AddSingleton<StrayMarks>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<DeploymentWorkloads>(provider, hold))
        .AddSingleton<ForeignWorkloads>()
        .AddSingleton<ClusterWorkloads>()
        .AddSingleton<IAskedRevisions>(provider => provider.GetRequiredService<ClusterWorkloads>())
        .AddSingleton<IWorkloads>(provider => provider.GetRequiredService<ClusterWorkloads>());
}
