using CanaryController.Core.Analysis;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts;

/// <summary>All that is seen at one moment. Time arrives here: Core has no clock.</summary>
public sealed record RolloutObservation
{
    /// <summary>The moment.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The canary revision that the resource names now; null when it names none.</summary>
    public string? DeclaredRevision { get; init; }

    /// <summary>Who made <see cref="DeclaredRevision"/>, by the workload's or the resource's own word and admission's; empty when nobody told.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>What the router says.</summary>
    public required RouteObservation Route { get; init; }

    /// <summary>What runs.</summary>
    public required WorkloadObservation Workload { get; init; }

    /// <summary>What the metrics say; null when nothing was evaluated.</summary>
    public AnalysisObservation? Analysis { get; init; }

    /// <summary>The gates' answers so far.</summary>
    public EquatableArray<GateObservation> Gates { get; init; }

    /// <summary>Set while something outside demands a rollback: one sentence that says what.</summary>
    public string? ExternalAlarm { get; init; }

    /// <summary>Whether deployment windows and freezes let traffic move forward now. Default: open.</summary>
    public WindowObservation Window { get; init; } = WindowObservation.Open;

    /// <summary>Why a revision that is asked for has to wait for other rollouts, in one sentence; null while there is room for it.</summary>
    public string? StartLimit { get; init; }

    /// <summary>A command to carry out now.</summary>
    public RolloutCommand? Command { get; init; }

    /// <summary>The resource is gone: return traffic to stable, then forget the rollout.</summary>
    public bool Deleted { get; init; }

    /// <summary>A person asked to be left alone: the same as <see cref="Deleted"/>, though the resource stays.</summary>
    public bool Released { get; init; }

    /// <summary>Return traffic to stable, then forget the rollout.</summary>
    public bool Leaves => Deleted || Released;
}

/// <summary>What the router says of the route.</summary>
/// <param name="Applied">The split that it carries out now; null when that is not known.</param>
/// <param name="Accepted">It said that <paramref name="Applied"/> is in force.</param>
/// <param name="Problem">Why it cannot be known or was refused, in one sentence; null when all is well.</param>
public sealed record RouteObservation(TrafficSplit? Applied, bool Accepted, string? Problem)
{
    /// <summary>What the canary really gets, where a router cannot divide as finely as it is asked; null where it can. Nothing is decided by it: it is told.</summary>
    public CanaryWeight? Share { get; init; }
}

/// <summary>
/// What runs of each version. Counts are believed as they are: who watches instances that flap waits a moment before reporting one as gone. For
/// <see cref="WorkloadKind.External"/> the router counts the instances, so they are ignored while it says nothing (<see cref="RouteObservation.Applied"/> null).
/// </summary>
/// <param name="StableReady">Stable's available instances.</param>
/// <param name="StableSize">Stable's wanted instances.</param>
/// <param name="CanaryReady">The canary's available instances.</param>
/// <param name="CanarySize">The canary's wanted instances, as the workload has it now.</param>
/// <param name="HandedOver">The workload's own controller runs the canary as its current revision (always true for External).</param>
public sealed record WorkloadObservation(int StableReady, int StableSize, int CanaryReady, int CanarySize, bool HandedOver)
{
    /// <summary>The most instances that an autoscaler gives the workload, from 1: no version needs more. Null when there is no such limit.</summary>
    public int? MaxSize { get; init; }
}

/// <summary>A gate's answer. It counts for this revision, attempt and step only.</summary>
/// <param name="Revision">The canary's revision that it was asked about.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="StepIndex">The step that names the gate.</param>
/// <param name="Name">The gate.</param>
/// <param name="Status">Its answer.</param>
/// <param name="Message">One sentence.</param>
public sealed record GateObservation(string Revision, int Attempt, int StepIndex, string Name, GateStatus Status, string Message)
{
    /// <summary>Since when it has not passed, while it is asked and has a deadline; else null.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>A gate's answer.</summary>
public enum GateStatus
{
    /// <summary>No answer yet.</summary>
    Pending,

    /// <summary>Go on.</summary>
    Passed,

    /// <summary>Roll back: it refuses, or demands that.</summary>
    Failed,
}
