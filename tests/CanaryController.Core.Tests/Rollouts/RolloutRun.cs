using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>Runs the planner against a small world: a router that obeys at once, instances that start at once, evidence that passes, and a clock by hand.</summary>
internal sealed class RolloutRun(RolloutSpec spec)
{
    public RolloutSpec Spec { get; set; } = spec;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RolloutState? State { get; set; }

    public RolloutState Present => State ?? throw new InvalidOperationException("Nothing was decided yet.");

    public string? Declared { get; set; }

    public TrafficSplit? Applied { get; set; } = TrafficSplit.AllTo("v1");

    public bool RouterAnswers { get; set; } = true;

    public bool RouterObeys { get; set; } = true;

    /// <summary>False: it carries out what it is told, and nobody says so.</summary>
    public bool RouterAccepts { get; set; } = true;

    public int StableReady { get; set; } = 4;

    public int StableSize { get; set; } = 4;

    /// <summary>The most that an autoscaler gives.</summary>
    public int? MaxSize { get; set; }

    public int CanarySize { get; set; } = 4;

    /// <summary>Null = all of them.</summary>
    public int? CanaryReady { get; set; }

    public bool HandedOver { get; set; } = true;

    public Verdict Verdict { get; set; } = Verdict.Passed;

    public long? Requests { get; set; } = 1000;

    public bool HasEvidence { get; set; } = true;

    /// <summary>What each gate answers; null = nothing yet.</summary>
    public Func<int, GateSpec, (GateStatus Status, string Message)?> Gate { get; set; } = Specs.AllPass;

    public string? Alarm { get; set; }

    /// <summary>When the closed window opens; null = open.</summary>
    public DateTimeOffset? OpensAt { get; set; }

    public string? Limit { get; set; }

    public bool Deleted { get; set; }

    public bool Released { get; set; }

    public List<Transition> Transitions { get; } = [];

    public Decision Last { get; private set; } = null!;

    public static RolloutRun External(params RolloutStep[] steps) => new(Specs.External(steps)) { Declared = "v1" };

    public static RolloutRun Managed(params RolloutStep[] steps) =>
        new(Specs.External(steps) with { Workload = WorkloadKind.Managed }) { Declared = "v1", CanarySize = 0, HandedOver = false };

    public RolloutObservation See(RolloutCommand? command = null) => new()
    {
        Now = Now,
        DeclaredRevision = Declared,
        Authors = Authors,
        Route = RouterAnswers && Applied is not null ? new RouteObservation(Applied, RouterAccepts, null) : new RouteObservation(null, false, "connection refused."),
        Workload = new WorkloadObservation(StableReady, StableSize, Math.Min(CanarySize, CanaryReady ?? CanarySize), CanarySize, HandedOver) { MaxSize = MaxSize },
        Analysis = HasEvidence && State is { } state ? Specs.Judgements(Spec, state, Verdict, Requests) : null,
        Gates = Specs.Answers(State, Gate),
        ExternalAlarm = Alarm,
        Window = OpensAt > Now ? new WindowObservation("FreezeWindow f", $"closed by FreezeWindow f until {OpensAt:HH:mm}.", OpensAt) : WindowObservation.Open,
        StartLimit = Limit,
        Command = command,
        Deleted = Deleted,
        Released = Released,
    };

    /// <summary>One decision, carried out.</summary>
    public Decision Decide(RolloutCommand? command = null)
    {
        Last = RolloutPlanner.Decide(Spec, State, See(command));
        State = Last.Next;
        Transitions.AddRange(Last.Transitions);
        foreach (var effect in Last.Effects)
        {
            Carry(effect);
        }

        return Last;
    }

    /// <summary>Who made the revision that is declared.</summary>
    public EquatableArray<string> Authors { get; set; }

    /// <summary>Who approves names what is there, unless another revision or step is given.</summary>
    public CommandResult Command(
        RolloutAction action, string? revision = null, string actor = "ann", int? step = null, string? comment = null, ApproverIdentity? who = null)
    {
        var isApproval = action is RolloutAction.Approve;
        return Decide(new RolloutCommand
        {
            Id = "1",
            Action = action,
            Revision = revision ?? (isApproval ? State?.CanaryRevision : null),
            Actor = actor,
            Identity = who,
            StepIndex = step ?? (isApproval ? State?.StepIndex : null),
            Comment = comment,
        }).Command!;
    }

    /// <summary>Decides until nothing more happens at this moment.</summary>
    public RolloutRun Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            Decide();
        }

        return this;
    }

    public RolloutRun After(TimeSpan time)
    {
        Now += time;
        return Settle();
    }

    public RolloutRun Start(string revision = "v2")
    {
        Settle();
        Declared = revision;
        return Settle();
    }

    private void Carry(Effect effect)
    {
        switch (effect)
        {
            case Effect.ApplySplit apply when RouterObeys && RouterAnswers:
                Applied = apply.Split;
                break;
            case Effect.ScaleCanary scale:
                CanarySize = scale.Replicas;
                break;
            case Effect.HandOver:
                HandedOver = true;
                CanarySize = 0;
                break;
        }
    }
}
