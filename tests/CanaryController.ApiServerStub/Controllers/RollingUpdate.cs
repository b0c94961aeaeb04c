using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>One step of a rolling update: up with the new ReplicaSet, or else down with the old ones, within maxSurge and maxUnavailable.</summary>
internal sealed class RollingUpdate(RevisionFinder finder, DeploymentScaler scaler, DeploymentProgress progress)
{
    public void Sync(Deployment d, List<ReplicaSet> owned)
    {
        var revisions = finder.Find(d, owned, create: true);
        if (revisions.New is not { } @new)
        {
            return;
        }

        if (!ScaleUp(d, revisions, @new) && !ScaleDown(d, revisions, @new) && DeploymentProgress.IsComplete(d, d.Status))
        {
            scaler.CleanUp(d, revisions.Old);
        }

        progress.SyncRolloutStatus(d, revisions);
    }

    /// <summary>The size that the new ReplicaSet gets next: as much as maxSurge allows beside the others, at most the Deployment's.</summary>
    public static int NewReplicas(Deployment d, IReadOnlyCollection<ReplicaSet> all, ReplicaSet @new)
    {
        if (!d.IsRollingUpdate)
        {
            return d.Replicas;
        }

        var room = d.Replicas + d.MaxSurge - all.Wanted();
        return room <= 0 ? @new.Replicas : @new.Replicas + Math.Min(room, d.Replicas - @new.Replicas);
    }

    private bool ScaleUp(Deployment d, Revisions revisions, ReplicaSet @new)
    {
        if (@new.Replicas == d.Replicas)
        {
            return false;
        }

        var size = @new.Replicas > d.Replicas ? d.Replicas : NewReplicas(d, [.. revisions.All], @new);
        return scaler.ScaleTo(@new, size, d) != @new;
    }

    private bool ScaleDown(Deployment d, Revisions revisions, ReplicaSet @new)
    {
        var old = revisions.Old.Active();
        var minAvailable = d.Replicas - d.MaxUnavailable;
        var newUnavailable = @new.Replicas - @new.AvailableReplicas;
        var most = revisions.All.Wanted() - minAvailable - newUnavailable;
        if (old.Count == 0 || most <= 0)
        {
            return false;
        }

        try
        {
            old.Sort(ReplicaSet.ByAge);
            return DropUnhealthy(d, old, most) + DropAvailable(d, old, @new, minAvailable) > 0;
        }
        catch (ApiException)
        {
            // The real controller goes on as if nothing had been scaled; the change that was in the way starts the next sync.
            return false;
        }
    }

    /// <summary>Replicas that are not available are no loss, and would block the rollout.</summary>
    private int DropUnhealthy(Deployment d, List<ReplicaSet> old, int most)
    {
        var dropped = 0;
        for (var i = 0; i < old.Count && dropped < most; i++)
        {
            var unhealthy = Math.Min(most - dropped, old[i].Replicas - old[i].AvailableReplicas);
            if (old[i].Replicas > 0 && unhealthy > 0)
            {
                old[i] = scaler.ScaleTo(old[i], old[i].Replicas - unhealthy, d);
                dropped += unhealthy;
            }
        }

        return dropped;
    }

    private int DropAvailable(Deployment d, List<ReplicaSet> old, ReplicaSet @new, int minAvailable)
    {
        var spare = old.With(@new).Available() - minAvailable;
        var dropped = 0;
        foreach (var rs in old)
        {
            var fewer = Math.Min(rs.Replicas, spare - dropped);
            if (fewer > 0)
            {
                scaler.ScaleTo(rs, rs.Replicas - fewer, d);
                dropped += fewer;
            }
        }

        return dropped;
    }
}
