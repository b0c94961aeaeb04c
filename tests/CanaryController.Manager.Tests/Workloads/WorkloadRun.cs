using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>
/// The engine against the model of a cluster: reads, decides, writes, lets the router and the cluster's controllers go on. What must always hold is looked at after every single write and every
/// step of a controller.
/// </summary>
internal sealed class WorkloadRun
{
    private readonly HashSet<string> _rejected = [];
    private int _term = 1;

    public WorkloadRun(ClusterModel cluster, HoldMode hold = HoldMode.Always)
    {
        Cluster = cluster;
        Hold = hold;
        Controllers = new(cluster);
        Controllers.Settle();
    }

    public ClusterModel Cluster { get; }

    public HoldMode Hold { get; }

    public DeploymentControllerModel Controllers { get; }

    public RolloutState State { get; private set; } = new();

    public TrafficSplit? Applied { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public bool Deleted { get; set; }

    public bool IsForgotten { get; private set; }

    public Verdict Verdict { get; set; } = Verdict.Passed;

    /// <summary>Asked after each write: true = the process ends here.</summary>
    public Func<WorkloadAction, bool> Dies { get; set; } = _ => false;

    /// <summary>Asked after each write: something that the cluster or a user does in between.</summary>
    public Action<WorkloadAction> Between { get; set; } = _ => { };

    public List<string> Done { get; } = [];

    /// <summary>Nobody but us has touched stable: it is to keep its size.</summary>
    public bool WatchesStable { get; set; } = true;

    public RolloutSpec Spec { get; set; } = new()
    {
        Workload = WorkloadKind.Managed,
        Steps = [new RolloutStep { Weight = CanaryWeight.FromBasisPoints(2500) }, new RolloutStep { Weight = CanaryWeight.FromBasisPoints(5000) }, new RolloutStep { Weight = CanaryWeight.Full }],
        Analysis = new AnalysisPolicy { Metrics = [new MetricSpec { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 }] },
        DrainDelay = TimeSpan.FromSeconds(10),
        ProgressDeadline = TimeSpan.FromMinutes(10),
    };

    public string? Stable => State.StableRevision;

    public DeploymentReading Read() => WorkloadReader.Read(Cluster.Snapshot(), State);

    /// <summary>One pass of the reconciler, as <c>RolloutReconciler</c> makes it. True when anything changed.</summary>
    public bool Pass(RolloutCommand? command = null)
    {
        if (IsForgotten)
        {
            return false;
        }

        var reading = Read();
        var stable = State.StableRevision ?? reading.InitialStableRevision;
        Applied ??= stable is null ? null : TrafficSplit.AllTo(stable);
        var seen = new RolloutObservation
        {
            Now = Now,
            DeclaredRevision = reading.DeclaredRevision,
            Route = new RouteObservation(Applied, Applied is not null, null),
            Workload = reading.Counts!,
            Analysis = Judge(),
            Command = command,
            Deleted = Deleted,
        };
        var decision = RolloutPlanner.Decide(Spec with { InitialStableRevision = reading.InitialStableRevision }, State, seen);
        if (decision.Forget)
        {
            return Leave(reading, decision.Next);
        }

        var changed = decision.Next != State;
        State = decision.Next;
        foreach (var record in State.History)
        {
            if (record.Outcome is RevisionOutcome.RolledBack)
            {
                _rejected.Add(record.Revision);
            }
            else
            {
                _rejected.Remove(record.Revision);
            }
        }

        var split = decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split;
        EquatableArray<Effect> own = [.. decision.Effects.Where(effect => effect is Effect.ScaleCanary || (effect is Effect.HandOver && split is null))];
        changed |= Act(reading.Snapshot, next => WorkloadPlanner.Plan(next, State, own, Basis), out var died);
        if (!died && split is not null)
        {
            Applied = split;
            changed = true;
        }

        return changed;
    }

    /// <summary>Passes, controllers and time, until nothing is left to do.</summary>
    public WorkloadRun Settle(int rounds = 150)
    {
        for (var i = 0; i < rounds; i++)
        {
            var before = Controllers.Print();
            var changed = Pass();
            Controllers.Step();
            Look();
            Now += TimeSpan.FromSeconds(4);
            if (!changed && before == Controllers.Print() && (IsForgotten || (State.Phase.IsAtRest() && State.Pending is null)))
            {
                return this;
            }
        }

        return this;
    }

    /// <summary>Adopts, and lets everything settle.</summary>
    public WorkloadRun Adopted()
    {
        Settle();
        Assert.NotNull(Stable);
        return this;
    }

    public void Restart() => _term++;

    /// <summary>The status is lost: what is known from now on is <paramref name="told"/>.</summary>
    public void Lose(RolloutState told) => State = told with { PhaseSince = Now };

    public void Look()
    {
        foreach (var set in Cluster.Sets.Values)
        {
            if (set.Meta.Controller is null)
            {
                Cluster.Broken.Add($"{set.Meta.Name.Name} has no controller.");
            }
        }

        var reading = Read();
        var view = new WorkloadView(reading.Snapshot, State);
        if (WatchesStable && Stable is not null && Cluster.Deployment is { } deployment && view.Stable is { } stable && !IsForgotten
            && Cluster.Owns(stable) && stable.Replicas < deployment.Replicas && !State.HandOverStarted)
        {
            Cluster.Broken.Add($"Stable has {stable.Replicas} of {deployment.Replicas}.");
        }

        if (State.HandOverStarted && Cluster.Deployment is { } handing && view.Canary is { } canary && Cluster.Owns(canary) && canary.Replicas < handing.Replicas && WatchesStable)
        {
            Cluster.Broken.Add($"The canary fell to {canary.Replicas} of {handing.Replicas} during the hand over.");
        }

        foreach (var name in new[] { Cluster.Target.Service, Cluster.Target.StableServiceName.Name })
        {
            if (Cluster.Services.GetValueOrDefault(name)?.Selector.GetValueOrDefault(ClusterModel.Hash) is { } hash && _rejected.Contains(hash) && !(State.Phase.IsUnderWay() && hash == State.CanaryRevision))
            {
                Cluster.Broken.Add($"{name} points at {hash}, which was rejected.");
            }
        }
    }

    public string Tell() =>
        $"{State.Phase} {State.Weight}: {State.Message}\n{Read().Counts} paused {Cluster.Deployment?.IsPaused} of {Cluster.Deployment?.Replicas} template {Cluster.Deployment?.Template}\n"
        + string.Join('\n', Cluster.Sets.Values.Select(set => $"{set.Meta.Name.Name} of {set.Meta.Controller?.Name}: {set.Replicas}/{set.StatusReplicas}/{set.AvailableReplicas} {set.Template}"))
        + "\n" + string.Join('\n', Done.TakeLast(40));

    public void AssertWhole() => Assert.True(Cluster.Broken.Count == 0, string.Join('\n', Cluster.Broken.Distinct().Take(5)) + "\n" + Tell());

    /// <summary>What would be written now, were nothing to change.</summary>
    public IReadOnlyList<WorkloadAction> Left() => IsForgotten
        ? WorkloadPlanner.Leave(Cluster.Snapshot(), State, Basis).Actions
        : WorkloadPlanner.Plan(Cluster.Snapshot(), State, [], Basis).Actions;

    private PlanBasis Basis => new(Now, $"me-{_term}", Hold, Spec.DrainDelay);

    private bool Leave(DeploymentReading reading, RolloutState next)
    {
        State = next;
        Applied = Stable is { } stable ? TrafficSplit.AllTo(stable) : Applied;
        WorkloadPlan? last = null;
        var changed = Act(reading.Snapshot, seen => last = WorkloadPlanner.Leave(seen, State, Basis), out var died);
        IsForgotten = !died && last is { HasActions: false, Waits.Count: 0 };
        return changed || IsForgotten || last is { Waits.Count: > 0 };
    }

    private bool Act(WorkloadSnapshot seen, Func<WorkloadSnapshot, WorkloadPlan> planner, out bool died)
    {
        var changed = died = false;
        var plan = planner(seen);
        for (var round = 0; plan.HasActions; round++)
        {
            Assert.True(round < DeploymentWorkloads.MaxRounds, "A pass never ended:\n" + string.Join('\n', Done.TakeLast(20)));
            foreach (var action in plan.Actions)
            {
                if (!Cluster.Do(action))
                {
                    Done.Add($"refused: {action.Does}");
                    return true;
                }

                Done.Add($"{action.Does} [{State.Phase}]");
                changed = true;
                Look();
                if (Dies(action))
                {
                    died = true;
                    Restart();
                    return true;
                }

                seen = Now(seen, action);
                Between(action);
            }

            plan = planner(seen);
        }

        return changed;

        WorkloadSnapshot Now(WorkloadSnapshot known, WorkloadAction action) => action.Kind.Kind switch
        {
            "Deployment" => known.With(Cluster.Deployment!),
            "ReplicaSet" => Cluster.Sets.TryGetValue(action.Name.Name, out var set) ? known.With(set) : known.Without(action.Kind, action.Name),
            "ControllerRevision" => Cluster.Holders.TryGetValue(action.Name.Name, out var holder) ? known.With(holder) : known.Without(action.Kind, action.Name),
            _ => Cluster.Services.TryGetValue(action.Name.Name, out var service) ? known.With(service) : known.Without(action.Kind, action.Name),
        };
    }

    private AnalysisObservation? Judge() => State.CanaryRevision is not { } canary || !State.Phase.IsUnderWay() ? null : new AnalysisObservation(
        canary, State.Attempt, State.StepIndex, 1000, [new MetricJudgement { Name = "success-rate", Verdict = Verdict, Message = "success-rate 96 % is below min 99 %." }]);
}
