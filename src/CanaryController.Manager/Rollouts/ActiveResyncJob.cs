using CanaryController.Manager.Analysis;
using Quartz;

namespace CanaryController.Manager.Rollouts;

/// <summary>Wakes the rollouts that are not at rest: instances may have died and somebody may have changed a route.</summary>
[DisallowConcurrentExecution]
internal sealed class ActiveResyncJob(IRolloutStore store, IRolloutWaker waker) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        foreach (var key in store.Active)
        {
            waker.Wake(key, QueueLane.Normal);
        }

        return ValueTask.CompletedTask;
    }
}
