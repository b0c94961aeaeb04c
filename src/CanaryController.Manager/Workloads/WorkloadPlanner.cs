using CanaryController.Core;
using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Decides which writes bring the workload nearer to what was decided, and which keep what always has to hold. Pure and total. It looks at what is, never at what it did before: after its writes
/// it plans none, and a crash between any two leaves something that it plans from in the same way.
/// </summary>
internal static class WorkloadPlanner
{
    /// <summary>
    /// What can be written now. In this order, each stage only when nothing of the stages before is left to write: the Deployment is held, stable is safe, the Services shield it, and only then
    /// does a canary come.
    /// </summary>
    public static WorkloadPlan Plan(WorkloadSnapshot seen, RolloutState state, EquatableArray<Effect> effects, PlanBasis basis)
    {
        var view = new WorkloadView(seen, state);
        var plan = new WorkloadPlan(effects, basis);
        if (state.StableRevision is null)
        {
            return plan;
        }

        if (view.Deployment is null)
        {
            CanaryPlanner.ScaleDown(view, plan);
            return plan;
        }

        Action<WorkloadView, WorkloadPlan>[] stages =
        [
            HoldPlanner.Hold,
            HoldPlanner.KeepStable,
            ServicePlanner.Plan,
            CanaryPlanner.Plan,
            HoldPlanner.Park,
            HandOverPlanner.Plan,
            HoldPlanner.Resume,
            HoldPlanner.DropHolders,
        ];
        foreach (var stage in stages)
        {
            stage(view, plan);
            if (plan.HasActions)
            {
                break;
            }
        }

        return plan;
    }

    /// <summary>What can be written now so that at the end nothing tells that we were there.</summary>
    public static WorkloadPlan Leave(WorkloadSnapshot seen, RolloutState state, PlanBasis basis)
    {
        var view = new WorkloadView(seen, state);
        var plan = new WorkloadPlan([], basis);
        LeavePlanner.Plan(view, plan);
        return plan;
    }
}
