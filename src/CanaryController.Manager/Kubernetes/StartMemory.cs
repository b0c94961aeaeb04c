using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Gives back, once, what the first lists needed beside what is kept of them. The collector would do so with its next full collection, which a process that allocates little may not need for
/// hours; meanwhile it would count against the container's limit. Costs some tenths of a second on a large cluster, after the first decisions.
/// </summary>
internal sealed class StartMemory(Informers informers, TimeProvider time) : BackgroundService
{
    /// <summary>How long after the lists were read.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await informers.WhenSyncedAsync(stoppingToken);
            await Task.Delay(Delay, time, stoppingToken);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends before.
        }
    }
}
