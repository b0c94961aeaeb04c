using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using Quartz;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Deletes RolloutCommands and Approvals that were answered a day ago: the last ones stay in the Rollout's status, and older ones in whatever keeps the cluster's audit log.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class HousekeepingOfCommandsJob(
    IKubeApi api, IObjectCache<RolloutCommandObject> commands, IObjectCache<ApprovalObject> approvals, ILeadership leadership, TimeProvider time) : IJob
{
    /// <summary>How long an answered command stays, from its creation.</summary>
    public static readonly TimeSpan CommandAge = TimeSpan.FromDays(1);

    private const int MaxDeletions = 500;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (!leadership.IsLeading)
        {
            return;
        }

        await TidyAsync(commands, cancellationToken);
        await TidyAsync(approvals, cancellationToken);
    }

    private async Task TidyAsync<T>(IObjectCache<T> cache, CancellationToken cancellation)
        where T : CommandObject
    {
        foreach (var old in cache.All.Where(each => each.IsDone && each.Meta.CreatedAt < time.GetUtcNow() - CommandAge).Take(MaxDeletions))
        {
            var answer = await api.DeleteAsync(old.Kind, old.Meta.Name, old.Meta.Uid, cancellation);
            if (answer.Outcome is KubeOutcome.Done or KubeOutcome.NotFound)
            {
                cache.Remove(old.Meta.Name, old.Meta.Uid);
            }
        }
    }
}
