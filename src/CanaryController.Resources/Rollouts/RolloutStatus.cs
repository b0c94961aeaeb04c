using System.Globalization;
using System.Text.Json.Serialization;
using CanaryController.Core;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// <c>status</c> of a Rollout on Kubernetes: written by the controller alone, with each transition, not with each measurement. Live values are told by the controller's API.
/// <see cref="RolloutStatusJson"/> writes and reads it.
/// </summary>
public sealed record RolloutStatus
{
    /// <summary>How many revisions <see cref="History"/> holds.</summary>
    public const int MaxHistory = 10;

    /// <summary>How many transitions <see cref="Transitions"/> holds.</summary>
    public const int MaxTransitions = 10;

    /// <summary>How many commands <see cref="Commands"/> holds.</summary>
    public const int MaxCommands = 20;

    /// <summary>How many revisions <see cref="Images"/> holds.</summary>
    public const int MaxImages = 12;

    /// <summary>The <c>metadata.generation</c> that this status is about.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>Where the rollout stands.</summary>
    public RolloutPhase Phase { get; init; } = RolloutPhase.Idle;

    /// <summary>Why the last transition happened; once aborted, why the revision was rolled back.</summary>
    public RolloutReason Reason { get; init; } = RolloutReason.Adopted;

    /// <summary>The same in one sentence.</summary>
    public string Message { get; init; } = "";

    /// <summary>The revision that has all traffic at rest.</summary>
    public string? StableRevision { get; init; }

    /// <summary>The revision under way, or the last one that was.</summary>
    public string? CanaryRevision { get; init; }

    /// <summary>The revision asked for last.</summary>
    public string? TargetRevision { get; init; }

    /// <summary>The try of the canary's revision, from 1; 0 before the first rollout.</summary>
    public int Attempt { get; init; }

    /// <summary>The present step, from 1. Left out at rest.</summary>
    public int? Step { get; init; }

    /// <summary>How many steps the revision under way has, or the next one.</summary>
    public int Steps { get; init; }

    /// <summary>The present step and how many there are, like 2/4. Left out at rest.</summary>
    public string? Progress => Step is { } step ? string.Create(CultureInfo.InvariantCulture, $"{step}/{Steps}") : null;

    /// <summary>The canary's share of the traffic that is wanted: percent.</summary>
    public decimal Weight { get; init; }

    /// <summary>The canary's share that the route carried when this status was written: percent. Left out while that is not known.</summary>
    public decimal? ObservedWeight { get; init; }

    /// <summary>Which share of the requests the canary answered, as of the last transition at which requests had been counted in this attempt. Left out before.</summary>
    public RequestShareStatus? RequestShare { get; init; }

    /// <summary>When the attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the phase was entered.</summary>
    public DateTimeOffset? PhaseSince { get; init; }

    /// <summary>What holds now: Ready, Reconciling and Stalled as kstatus reads them, and the controller's own. One of each type, at most 16.</summary>
    public EquatableArray<RolloutCondition> Conditions { get; init; }

    /// <summary>Each metric as of the last transition: at most 40.</summary>
    public EquatableArray<MetricStatus> Metrics { get; init; }

    /// <summary>What keeps the rollout waiting; left out while no closed window does.</summary>
    public WindowStatus? Window { get; init; }

    /// <summary>The last revisions and what became of them, oldest first: at most 10.</summary>
    public EquatableArray<RevisionRecord> History { get; init; }

    /// <summary>The last transitions, newest last: at most 10.</summary>
    public EquatableArray<Transition> Transitions { get; init; }

    /// <summary>The last commands and what became of them, newest last: at most 20.</summary>
    public EquatableArray<CommandRecord> Commands { get; init; }

    /// <summary>The images of the last revisions that the Deployment asked for, newest last: at most 12. A pipeline knows the image that it deployed, and asks by it.</summary>
    public EquatableArray<RevisionImages> Images { get; init; }

    /// <summary>The engine's memory, not for people: its form may change with any version. History is kept beside it.</summary>
    public RolloutState? State { get; init; }

    /// <summary>
    /// The whole resource that is in force, as JSON, while the present text is not valid: a controller that starts then goes on with it. Left out while the present text is in force.
    /// At most 262,144 characters.
    /// </summary>
    public string? InForce { get; init; }

    /// <summary>The engine's whole memory, history included; null before the first decision.</summary>
    [JsonIgnore]
    public RolloutState? Memory => State is { } state ? state with { History = History } : null;

    /// <summary>This status with what follows from <paramref name="memory"/> alone. Conditions, metrics, transitions, commands and what was observed stay as they are.</summary>
    /// <param name="memory">What is persisted with it.</param>
    /// <param name="nextSteps">How many steps the next revision has; shown while none is under way.</param>
    public RolloutStatus With(RolloutState memory, int nextSteps)
    {
        var atRest = memory.Phase.IsAtRest() || memory.Plan.IsEmpty;
        return this with
        {
            Phase = memory.Phase,
            Reason = memory.Reason,
            Message = memory.Message,
            StableRevision = memory.StableRevision,
            CanaryRevision = memory.CanaryRevision,
            TargetRevision = memory.TargetRevision,
            Attempt = memory.Attempt,
            Step = atRest ? null : Math.Clamp(memory.StepIndex, 0, memory.Plan.Count - 1) + 1,
            Steps = atRest ? nextSteps : memory.Plan.Count,
            Weight = memory.Weight.Percent,
            StartedAt = memory.StartedAt == default ? null : memory.StartedAt,
            PhaseSince = memory.PhaseSince == default ? null : memory.PhaseSince,
            History = memory.History,
            State = memory with { History = [] },
        };
    }
}

/// <summary><c>status.images[]</c>: what the pods of a revision run.</summary>
public sealed record RevisionImages
{
    /// <summary>How many images are kept of a revision.</summary>
    public const int MaxImages = 16;

    /// <summary>The revision. Required.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The images of the template's containers, as it names them, without init containers: at most 16.</summary>
    public EquatableArray<string> Images { get; init; }
}

/// <summary><c>status.conditions[]</c>: what holds now, in the form of Kubernetes' <c>metav1.Condition</c>.</summary>
public sealed record RolloutCondition
{
    /// <summary>What is said something about: <c>Ready</c>, <c>Reconciling</c>, <c>Stalled</c>, <c>RouteAccepted</c> and others. Required.</summary>
    public string Type { get; init; } = "";

    /// <summary>Whether it holds. Required.</summary>
    public ConditionStatus Status { get; init; } = ConditionStatus.Unknown;

    /// <summary>The <c>metadata.generation</c> that this is about.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>When <see cref="Status"/> changed last. Required.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>Why, in one word for machines. Required.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Why, in one sentence. Required.</summary>
    public string Message { get; init; } = "";
}

/// <summary>Whether a condition holds.</summary>
public enum ConditionStatus
{
    /// <summary>It holds.</summary>
    True,

    /// <summary>It does not.</summary>
    False,

    /// <summary>That is not known.</summary>
    Unknown,
}

/// <summary><c>status.window</c>: a closed window that keeps a rollout waiting.</summary>
public sealed record WindowStatus
{
    /// <summary>What closes it, like <c>FreezeWindow year-end</c>. Required.</summary>
    public string ClosedBy { get; init; } = "";

    /// <summary>The same in one sentence. Required.</summary>
    public string Message { get; init; } = "";

    /// <summary>When it opens next; left out when that is not foreseen.</summary>
    public DateTimeOffset? OpensAt { get; init; }
}

/// <summary><c>status.requestShare</c>: the canary's share of the requests that were counted at a step, whatever the router says of itself. It decides nothing.</summary>
public sealed record RequestShareStatus
{
    /// <summary>The step, from 1. Required.</summary>
    public int Step { get; init; }

    /// <summary>The share: percent, to the hundredth. Required.</summary>
    public decimal Percent { get; init; }

    /// <summary>How it stands to the weight that the route carried; left out where that was not known, and where requests were matched or mirrored.</summary>
    public Core.Analysis.ShareVerdict? Verdict { get; init; }
}

/// <summary><c>status.metrics[]</c>: a metric as of the last transition.</summary>
public sealed record MetricStatus
{
    /// <summary>Its name. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it came to; left out before anything was judged.</summary>
    public Core.Analysis.Verdict? Verdict { get; init; }

    /// <summary>The verdict in one sentence. Required.</summary>
    public string Message { get; init; } = "";

    /// <summary>The canary's value as people read it, like <c>99.20 %</c>; left out when there was none.</summary>
    public string? Value { get; init; }

    /// <summary>What is asked of it as people read it, like <c>min 99 %</c>.</summary>
    public string? Threshold { get; init; }
}

/// <summary><c>status.commands[]</c>: a command in the audit trail.</summary>
public sealed record CommandRecord
{
    /// <summary>Names the command; the same id is carried out once. Required.</summary>
    public string Id { get; init; } = "";

    /// <summary>What was asked for. Required.</summary>
    public RolloutAction Action { get; init; }

    /// <summary>Who asked. Required.</summary>
    public string Actor { get; init; } = "";

    /// <summary>By what way an answer came that somebody vouches for; left out for others.</summary>
    public ApproverSource? Via { get; init; }

    /// <summary>When it was carried out or refused. Required.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The revision that the command named.</summary>
    public string? Revision { get; init; }

    /// <summary>The step that the command named, from 1.</summary>
    public int? Step { get; init; }

    /// <summary>Why, if said.</summary>
    public string? Reason { get; init; }

    /// <summary>What became of it. Required.</summary>
    public CommandStatus Status { get; init; }

    /// <summary>The same in one sentence. Required.</summary>
    public string Message { get; init; } = "";
}
