using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using Quartz;

namespace CanaryController.Manager.Hosting;

/// <summary>What happens at intervals: one trigger an interval class that serves all rollouts, never one a rollout.</summary>
internal static class ManagerSchedule
{
    private const int MaxConcurrency = 4;

    /// <summary>How often rollouts under way look at their route and versions, whatever else happens.</summary>
    public static readonly TimeSpan ActiveResync = TimeSpan.FromSeconds(1);

    /// <summary>How often all rollouts do.</summary>
    public static readonly TimeSpan FullResync = TimeSpan.FromSeconds(30);

    /// <summary>The same on Kubernetes, where watches tell of every change.</summary>
    public static readonly TimeSpan ClusterResync = TimeSpan.FromMinutes(10);

    /// <summary>How often the folder is read, whatever the file system reports.</summary>
    public static readonly TimeSpan FolderRescan = TimeSpan.FromSeconds(10);

    /// <summary>How often the database, or the cluster's answered commands, are tidied.</summary>
    public static readonly TimeSpan Housekeeping = TimeSpan.FromHours(1);

    /// <summary>Adds the jobs.</summary>
    /// <remarks>The clock is named twice: a trigger that is not given its start computes its first fire from the real one.</remarks>
    public static IServiceCollection AddSchedule(this IServiceCollection services, RunMode mode, TimeProvider time)
    {
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(time);
            quartz.UseDefaultThreadPool(pool => pool.MaxConcurrency = MaxConcurrency);
            Every<ActiveResyncJob>(quartz, time, ActiveResync);
            switch (mode)
            {
                case RunMode.Standalone:
                    Every<FullResyncJob>(quartz, time, FullResync);
                    Every<FolderRescanJob>(quartz, time, FolderRescan);
                    Every<HousekeepingJob>(quartz, time, Housekeeping);
                    break;
                case RunMode.Kubernetes:
                    Every<FullResyncJob>(quartz, time, ClusterResync);
                    Every<HousekeepingOfCommandsJob>(quartz, time, Housekeeping);
                    break;
            }
        });
        services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
        return services;
    }

    private static void Every<T>(IQuartzBuilder quartz, TimeProvider time, TimeSpan interval)
        where T : IJob =>
        quartz.ScheduleJob<T>(trigger => trigger
            .StartAt(time.GetUtcNow() + interval)
            .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever()));
}
