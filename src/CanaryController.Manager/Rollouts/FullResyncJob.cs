using CanaryController.Manager.Analysis;
using Quartz;

namespace CanaryController.Manager.Rollouts;

/// <summary>Wakes every rollout: whatever was missed is noticed at last.</summary>
[DisallowConcurrentExecution]
internal sealed class FullResyncJob(IRolloutResources resources, IRolloutWaker waker) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        foreach (var resource in resources.All)
        {
            waker.Wake(resource.Key, QueueLane.Normal);
        }

        return ValueTask.CompletedTask;
    }
}
