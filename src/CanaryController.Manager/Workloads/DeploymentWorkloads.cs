using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>Leads Deployments: reads the caches, plans, and carries the writes out one after the other, each on what the decision was made by.</summary>
internal sealed partial class DeploymentWorkloads(
    WorkloadCaches caches, WorkloadExecutor executor, HoldContention contention, IFence fence, HoldMode hold, TimeProvider time, ILogger<DeploymentWorkloads> logger) : IWorkloads, IAskedRevisions
{
    /// <summary>How often one call plans; no chain of writes is as long.</summary>
    public const int MaxRounds = 32;

    private readonly ConcurrentDictionary<RolloutKey, RevisionName> _named = new();

    /// <inheritdoc/>
    public WorkloadReading Read(RolloutResource resource, RolloutState state)
    {
        var seen = Snapshot(resource);
        var reading = WorkloadReader.Read(seen, state);
        if (reading.DeclaredRevision is { } declared && seen.Deployment is { Meta: { } meta })
        {
            _named[resource.Key] = new(meta.Uid, meta.Generation, declared);
        }

        return state.StableRevision is not null && contention.Look(seen) is { } contended
            ? reading with { Conditions = [.. reading.Conditions, new("HoldContended", "True", "ResumedByOthers", contended)] }
            : reading;
    }

    /// <inheritdoc/>
    public AskedRevision? Asked(RolloutResource resource, RolloutState state)
    {
        if (!caches.AreSynced)
        {
            return null;
        }

        var view = new WorkloadView(Snapshot(resource), state);
        return view.Declared() is { } declared ? new(declared, [.. view.Deployment?.Images ?? []]) : null;
    }

    /// <inheritdoc/>
    public async Task<WorkloadOutcome> ApplyAsync(WorkloadWrite write, CancellationToken cancellation)
    {
        if (write.Basis is not DeploymentReading { Snapshot: var seen })
        {
            throw new InvalidOperationException($"{write.Resource.Key} was not read from a Deployment.");
        }

        var basis = Basis(write.Spec.DrainDelay) with { IsCanaryServiceIdle = write.Route is null || IsIdle(write.Route, write.State) };
        var (plan, result, changed) = await CarryOutAsync(seen, next => WorkloadPlanner.Plan(next, write.State, write.Effects, basis), cancellation);
        return new(changed || result.IsStale, result.Failure ?? plan.Problem ?? plan.WaitsForTime);
    }

    /// <inheritdoc/>
    public async Task<string?> LeaveAsync(RolloutResource resource, RolloutState state, CancellationToken cancellation)
    {
        var basis = Basis(resource.Spec?.DrainDelay ?? TimeSpan.Zero);
        var seen = Snapshot(resource);
        var (plan, result, _) = await CarryOutAsync(seen, next => WorkloadPlanner.Leave(next, state, basis), cancellation);
        if (result.IsEnd)
        {
            return null;
        }

        if (result is { IsStale: false, Failure: null } && !plan.HasActions && plan.Waits.Count == 0 && plan.Problem is null)
        {
            _named.TryRemove(resource.Key, out _);
            contention.Forget(seen.Target.DeploymentName);
            return null;
        }

        return result.Failure ?? plan.Problem ?? (plan.Waits.Count > 0 ? $"Leaving waits for {plan.Waits[0]}." : "Somebody else wrote in between: leaving goes on.");
    }

    /// <summary>What is led; null for a rollout whose versions somebody else runs.</summary>
    public static WorkloadTarget? Target(RolloutResource resource) =>
        resource is { Rollout.Spec.Workload: { Kind: WorkloadType.Deployment, Name: { } deployment }, Target.Cluster: { } route }
            ? new(resource.Key, deployment, route.Service, route.Router is RouterType.ReplicaRatio) { IsBySubset = route.Subsets is not null, IsOfConsul = route.Router is RouterType.Consul }
            : null;

    private WorkloadSnapshot Snapshot(RolloutResource resource)
    {
        var target = Target(resource) ?? throw new InvalidOperationException($"{resource.Key} names no Deployment and Service.");
        return caches.AreSynced
            ? caches.Read(target, _named.GetValueOrDefault(resource.Key))
            : throw new InvalidOperationException($"{resource.Key} cannot be decided about before the objects of the cluster were read once.");
    }

    /// <summary>A route that names the canary and gives it nothing does so by its entries; one that still gives the canary's entry something names stable alone.</summary>
    private static bool IsIdle(RouteObservation route, RolloutState state) =>
        route is { Accepted: true, Applied: { GivesCanaryTraffic: false } split } && split.Canary is not null && split.Canary == state.CanaryRevision;

    private PlanBasis Basis(TimeSpan drainDelay) => new(time.GetUtcNow(), fence.Token, hold, drainDelay);

    /// <summary>
    /// Plans, writes, and plans again with what the server answered, until nothing is left to write or a write was refused. All else stays as it was when the decision was made: a write that
    /// rests on something older is refused by the server.
    /// </summary>
    private async Task<(WorkloadPlan Plan, ActionResult Last, bool Changed)> CarryOutAsync(
        WorkloadSnapshot seen, Func<WorkloadSnapshot, WorkloadPlan> planner, CancellationToken cancellation)
    {
        var changed = false;
        var plan = planner(seen);
        for (var round = 0; round < MaxRounds && plan.HasActions; round++)
        {
            foreach (var action in plan.Actions)
            {
                var result = await executor.DoAsync(seen.Target, action, cancellation);
                Acted(logger, seen.Target.Rollout, action.Does, result.Failure ?? (result.IsStale ? "somebody else wrote in between" : "done"));
                if (result.Written is null && !result.IsDeleted)
                {
                    return (plan, result, changed);
                }

                changed = true;
                seen = result.Written is { } written ? seen.With(written) : seen.Without(action.Kind, action.Name);
            }

            plan = planner(seen);
        }

        return (plan, default, changed);
    }

    [LoggerMessage(EventId = 1701, Level = LogLevel.Debug, Message = "{Key}: the controller {Does}: {Outcome}")]
    private static partial void Acted(ILogger logger, RolloutKey key, string does, string outcome);
}
