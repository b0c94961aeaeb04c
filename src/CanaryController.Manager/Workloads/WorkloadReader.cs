using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Workloads;

/// <summary>Says in the engine's words what the objects show. Pure.</summary>
internal static class WorkloadReader
{
    public static DeploymentReading Read(WorkloadSnapshot seen, RolloutState state)
    {
        var view = new WorkloadView(seen, state);
        var (initial, problem) = state.StableRevision is null ? Initial(view) : (null, null);
        return new()
        {
            Snapshot = seen,
            Counts = Counts(view, initial),
            DeclaredRevision = state.StableRevision is null && initial is null ? null : view.Declared(),
            Authors = view.Deployment?.Authors ?? [],
            InitialStableRevision = initial?.Hash,
            Images = view.Deployment?.Images ?? [],
            Problem = problem ?? Problem(view),
            Conditions = [.. Conditions(view)],
        };
    }

    /// <summary>There is nobody left to hand over to. Or the canary is the Deployment's, with all of its pods, and no other ReplicaSet of the Deployment or of ours has or wants any.</summary>
    public static bool IsHandedOver(WorkloadView view) =>
        view.Seen.Deployment is null or { Meta.IsDeleting: true }
        || (view is { Deployment: { } deployment, Canary: { } canary }
        && view.IsOwned(canary)
        && canary.Replicas == deployment.Replicas
        && (canary.Template == deployment.Template || view.State.Pending is not null)
        && view.Seen.Sets.All(set => set == canary || !(view.IsOwned(set) || view.IsHeld(set)) || (set is { Replicas: 0, StatusReplicas: 0 } && set.ObservedGeneration >= set.Meta.Generation)));

    /// <summary>Available pods that will stay: a ReplicaSet that was just scaled down still counts those that go.</summary>
    public static int Available(ReplicaSetObject? set) => set is null ? 0 : Math.Min(set.AvailableReplicas, set.Replicas);

    private static WorkloadObservation Counts(WorkloadView view, ReplicaSetObject? initial)
    {
        var stable = view.Stable ?? initial;
        var stableSize = view.Deployment?.Replicas ?? stable?.Replicas ?? 0;
        var canary = ServicePlanner.Reachable(view);
        return new(Available(stable), stableSize, canary, view.Canary?.Replicas ?? 0, IsHandedOver(view))
        {
            MaxSize = view.Seen.Autoscalers.Select(scaler => (int?)scaler.MaxReplicas).Min(),
        };
    }

    /// <summary>
    /// What is stable at first: the one ReplicaSet of the Deployment that has pods. Without pods it is the one that the Deployment asks for, else its newest. Several with pods are a
    /// rolling update, which is its controller's until it ends.
    /// </summary>
    private static (ReplicaSetObject? Stable, string? Problem) Initial(WorkloadView view)
    {
        if (view.Deployment is null)
        {
            return (null, null);
        }

        var owned = view.Sets.Where(set => view.IsOwned(set) && set.Hash is not null).ToArray();
        var running = owned.Where(set => set.Replicas > 0).ToArray();
        return running.Length switch
        {
            1 => (running[0], null),
            0 when view.Asked is { } asked && view.IsOwned(asked) => (asked, null),
            0 when owned.MaxBy(set => set.Revision) is { } newest => (newest, null),
            0 => (null, $"The Deployment {view.Target.Deployment} has no ReplicaSet yet."),
            _ => (null, $"The Deployment {view.Target.Deployment} is in the middle of a rolling update: it is adopted once a single ReplicaSet has its pods."),
        };
    }

    private static string? Problem(WorkloadView view) => view switch
    {
        { Seen.Deployment: null } => $"The Deployment {view.Target.Deployment} is not there.",
        { Deployment: null } => $"The Deployment {view.Target.Deployment} is being deleted.",
        { Seen.Apex: null } => $"The Service {view.Target.Service} is not there.",
        { Seen.Apex.IsExternalName: true } => $"The Service {view.Target.Service} is only a name for another one (type ExternalName): it chooses no pods.",
        { Target.IsByPodCount: false } when ServicePlanner.Foreign(view) is { } foreign => $"The Service {foreign} is there already, and is not this rollout's.",
        { State.StableRevision: not null, Stable: null } when view.StableHolder is null || view.StableHolder.Revision != view.State.StableRevision =>
            $"Stable's ReplicaSet {view.State.StableRevision} is gone, and its template is not known.",
        _ => null,
    };

    private static IEnumerable<ConditionView> Conditions(WorkloadView view)
    {
        if (view.State.StableRevision is not null && ServicePlanner.WhyOpen(view) is { } open)
        {
            yield return new("ApexOpen", "True", open.Reason, open.Message);
        }

        if (view.Seen.Autoscalers.FirstOrDefault(scaler => scaler.HasValueMetric) is { } unsafeScaler)
        {
            yield return new(
                "HPAMetricUnsafe",
                "True",
                "ValueMetric",
                $"{unsafeScaler.Meta.Name.Name} scales by a metric of type Value, which is not divided by the number of pods: a canary's pods change what it asks of stable.");
        }
    }
}
