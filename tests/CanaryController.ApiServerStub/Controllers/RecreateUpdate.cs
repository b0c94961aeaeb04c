using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>One step of a Recreate rollout: all old pods go, and when the last is gone the new ones come.</summary>
internal sealed class RecreateUpdate(RevisionFinder finder, DeploymentScaler scaler, DeploymentProgress progress)
{
    /// <summary>Does what can be done now.</summary>
    /// <param name="d">The Deployment.</param>
    /// <param name="owned">Its ReplicaSets.</param>
    /// <param name="pods">The pods of its ReplicaSets, those that are being deleted included, by the ReplicaSet's uid.</param>
    public void Sync(Deployment d, List<ReplicaSet> owned, ILookup<string, JsonObject> pods)
    {
        var revisions = finder.Find(d, owned, create: false);
        var scaled = false;
        foreach (var old in revisions.Old.Active())
        {
            scaled |= scaler.ScaleTo(old, 0, d) != old;
        }

        if (scaled || HasOldPods(revisions, pods))
        {
            progress.SyncRolloutStatus(d, revisions);
            return;
        }

        if (revisions.New is null)
        {
            revisions = finder.Find(d, owned, create: true);
        }

        if (revisions.New is not { } @new)
        {
            return;
        }

        scaler.ScaleTo(@new, d.Replicas, d);
        if (DeploymentProgress.IsComplete(d, d.Status))
        {
            scaler.CleanUp(d, revisions.Old);
        }

        progress.SyncRolloutStatus(d, revisions);
    }

    private static bool HasOldPods(Revisions revisions, ILookup<string, JsonObject> pods) =>
        revisions.Old.Actual() > 0
        || pods.Any(group => group.Key != revisions.New?.Uid && group.Any(pod => pod.Text("status", "phase") is not ("Failed" or "Succeeded")));
}
