using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;

namespace CanaryController.Manager.Workloads;

/// <summary>Gives everything back. The Deployment is resumed last: its mark is what remembers that something is left to do.</summary>
internal static class LeavePlanner
{
    public static void Plan(WorkloadView view, WorkloadPlan plan)
    {
        Action<WorkloadView, WorkloadPlan>[] stages = [RestoreTemplate, GiveStable, HoldPlanner.GiveBack, ServicePlanner.Leave, DropHolders, Unmark, Resume];
        foreach (var stage in stages)
        {
            stage(view, plan);
            if (plan.HasActions || plan.Waits.Count > 0)
            {
                return;
            }
        }
    }

    /// <summary>Resuming with a rejected template would ship it. Git may apply it again: an Event says so.</summary>
    private static void RestoreTemplate(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Deployment is not { } deployment || view.AsksForStable || view.State.StableRevision is not { } revision
            || view.State.Phase is RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Invalid)
        {
            return;
        }

        var source = view.Stable is { } stable ? TemplateSource.Of(stable)
            : view.StableHolder is { } holder && holder.Revision == revision ? TemplateSource.Of(holder)
            : null;
        if (source is null)
        {
            plan.Refuse($"The template of {revision}, which is stable, is not known any more: the Deployment {deployment.Meta.Name.Name} stays paused.");
            plan.Wait("somebody to give the Deployment a template and to resume it");
            return;
        }

        plan.Do(new WorkloadAction.RestoreTemplate(deployment, source, revision, $"gives the Deployment {deployment.Meta.Name.Name} stable's template back"));
    }

    private static void GiveStable(WorkloadView view, WorkloadPlan plan)
    {
        if (view is { Deployment: not null, Stable: not null } && !view.IsOwned(view.Stable))
        {
            HoldPlanner.KeepStable(view, plan);
        }
    }

    private static void DropHolders(WorkloadView view, WorkloadPlan plan)
    {
        foreach (var holder in view.Seen.Holders.Where(holder => !holder.Meta.IsDeleting && !view.Seen.OthersSets.Any(set => WorkloadView.IsHeldBy(set, holder))))
        {
            if (view.Seen.Sets.Any(set => WorkloadView.IsHeldBy(set, holder)))
            {
                plan.Wait($"the ReplicaSets of {holder.Meta.Name.Name} to be gone");
            }
            else
            {
                plan.Do(new WorkloadAction.DeleteHolder(holder, $"deletes the holder {holder.Meta.Name.Name}"));
            }
        }
    }

    private static void Unmark(WorkloadView view, WorkloadPlan plan)
    {
        foreach (var set in view.Sets.Where(set => set.Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) == view.Target.Rollout.Name && view.IsOwned(set)))
        {
            plan.Do(new WorkloadAction.ChangeSet(set, $"takes its label from {set.Meta.Name.Name}") { Labelled = false, Annotations = [new(Marks.FenceAnnotation, null)] });
        }
    }

    private static void Resume(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Deployment is { } deployment && HoldPlanner.Resumed(deployment) is { } resumed && (resumed.Paused is not null || !resumed.Annotations.IsEmpty))
        {
            plan.Do(resumed);
        }
    }
}
