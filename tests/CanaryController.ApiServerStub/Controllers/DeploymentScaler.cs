using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Scales a Deployment's ReplicaSets outside of a rollout: when it was scaled, or while it is paused. And removes old ReplicaSets.</summary>
internal sealed class DeploymentScaler(IObjectStore store)
{
    /// <summary>Whether the Deployment was scaled: an active ReplicaSet was scaled last for another size. One without the annotation says nothing.</summary>
    public static bool IsScalingEvent(Deployment d, Revisions revisions) =>
        revisions.All.Active().Exists(rs => rs.DesiredReplicas is { } desired && desired != d.Replicas);

    /// <summary>
    /// One active ReplicaSet (with none: the new one, or without it the newest) gets the whole size. A saturated new one takes all from the old ones. Else all
    /// are scaled in proportion.
    /// </summary>
    public void Scale(Deployment d, Revisions revisions)
    {
        if (ActiveOrLatest(revisions) is { } only)
        {
            ScaleTo(only, d.Replicas, d);
        }
        else if (IsSaturated(d, revisions.New))
        {
            foreach (var old in revisions.Old.Active())
            {
                ScaleTo(old, 0, d);
            }
        }
        else if (d.IsRollingUpdate)
        {
            ScaleInProportion(d, revisions.All.Active());
        }
    }

    /// <summary>Scales one ReplicaSet. Does nothing, not even to its annotations, when the size is right.</summary>
    /// <returns>The ReplicaSet now; the same one when nothing was to be done.</returns>
    public ReplicaSet ScaleTo(ReplicaSet rs, int size, Deployment d) => rs.Replicas == size ? rs : Write(rs, size, d);

    /// <summary>Deletes the oldest revisions beyond the history limit; only those that have no pods and want none.</summary>
    public void CleanUp(Deployment d, IEnumerable<ReplicaSet> old)
    {
        if (d.RevisionHistoryLimit is not { } limit)
        {
            return;
        }

        var alive = old.Where(rs => !rs.Item.IsBeingDeleted()).ToList();
        alive.Sort(ReplicaSet.ByRevision);
        foreach (var rs in alive.Take(Math.Max(0, alive.Count - limit)))
        {
            if (rs.StatusReplicas == 0 && rs.Replicas == 0 && rs.Item.Generation() <= rs.ObservedGeneration)
            {
                store.Delete(Resources.ReplicaSets, rs.Item.Namespace(), rs.Name);
            }
        }
    }

    private static ReplicaSet? ActiveOrLatest(Revisions revisions)
    {
        revisions.Old.Sort((a, b) => ReplicaSet.ByAge.Compare(b, a));
        var active = revisions.All.Active();
        return active.Count switch
        {
            0 => revisions.New ?? revisions.Old.FirstOrDefault(),
            1 => active[0],
            _ => null,
        };
    }

    private static bool IsSaturated(Deployment d, ReplicaSet? rs) =>
        rs is not null && rs.Replicas == d.Replicas && rs.DesiredReplicas == d.Replicas && rs.AvailableReplicas == d.Replicas;

    private void ScaleInProportion(Deployment d, List<ReplicaSet> active)
    {
        var allowed = d.Replicas > 0 ? d.Replicas + d.MaxSurge : 0;
        var missing = allowed - active.Wanted();
        if (missing != 0)
        {
            // The largest first. Of the same size, the newer gets more and the older gives more.
            active.Sort((a, b) => b.Replicas != a.Replicas ? b.Replicas.CompareTo(a.Replicas)
                : missing > 0 ? ReplicaSet.ByAge.Compare(b, a) : ReplicaSet.ByAge.Compare(a, b));
        }

        var given = 0;
        var sizes = new int[active.Count];
        for (var i = 0; i < active.Count; i++)
        {
            var share = Share(active[i], d, missing, given);
            sizes[i] = active[i].Replicas + share;
            given += share;
        }

        for (var i = 0; i < active.Count; i++)
        {
            var size = i == 0 ? Math.Max(0, sizes[0] + missing - given) : sizes[i];
            if (active[i].Replicas != size || !HasAnnotationsOf(active[i], d))
            {
                Write(active[i], size, d);
            }
        }
    }

    private static int Share(ReplicaSet rs, Deployment d, int missing, int given)
    {
        if (missing == given)
        {
            return 0;
        }

        var fraction = Fraction(rs, d);
        return missing > 0 ? Math.Min(fraction, missing - given) : Math.Max(fraction, missing - given);
    }

    /// <summary>What this ReplicaSet would gain or lose if it kept its share of the size for which it was scaled last.</summary>
    private static int Fraction(ReplicaSet rs, Deployment d)
    {
        if (d.Replicas == 0)
        {
            return -rs.Replicas;
        }

        var before = rs.MaxReplicas ?? d.Status.Replicas;
        var size = before == 0 ? 0 : (double)(rs.Replicas * (d.Replicas + d.MaxSurge)) / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - rs.Replicas;
    }

    private static bool HasAnnotationsOf(ReplicaSet rs, Deployment d) => rs.DesiredReplicas == d.Replicas && rs.MaxReplicas == d.Replicas + d.MaxSurge;

    private ReplicaSet Write(ReplicaSet rs, int size, Deployment d)
    {
        var copy = rs.Copy();
        copy.Item.Child("spec")["replicas"] = size;
        RevisionFinder.SetReplicasAnnotations(copy, d);
        return new(store.Update(Resources.ReplicaSets, copy.Item));
    }
}
