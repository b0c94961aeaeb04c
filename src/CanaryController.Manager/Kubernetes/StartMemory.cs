using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Gives back what the first lists needed beside what is kept of them: twice, because shared pools let go of a block only once nobody took it for a minute. The collector would do so with its next full collection, which a process that allocates little may not need for
/// hours; meanwhile it would count against the container's limit. Costs some tenths of a second on a large cluster, after the first decisions.
/// </summary>
internal sealed class StartMemory(Informers informers, TimeProvider time) : BackgroundService
{
    /// <summary>How long after the lists were read, and after each time.</summary>
    private static readonly TimeSpan[] _rests = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(70)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await informers.WhenSyncedAsync(stoppingToken);
            foreach (var rest in _rests)
            {
                await Task.Delay(rest, time, stoppingToken);
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends before.
        }
    }
}
