using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Api;

/// <summary>What a gate answers: <c>GET /v1/namespaces/{ns}/rollouts/{name}/gate</c>.</summary>
public sealed record GateView
{
    /// <summary>Whether the rollout is where it was waited for.</summary>
    public required GateReached Reached { get; init; }

    /// <summary>What was waited for, as it was asked: <c>promoted</c>, <c>paused</c>, <c>approval</c>, <c>rolled-back</c> or <c>ended</c>.</summary>
    public required string For { get; init; }

    /// <summary>The revision that this is about; null while an image belongs to none that was seen.</summary>
    public string? Revision { get; init; }

    /// <summary>The revision was asked for at some time. A client passes it on as <c>known=true</c>: then one that is nowhere any more was superseded.</summary>
    public required bool Known { get; init; }

    /// <summary>What became of the revision; null while it is under way or to come.</summary>
    public RevisionOutcome? Outcome { get; init; }

    /// <summary>Why; null when nothing is known of the revision.</summary>
    public RolloutReason? Reason { get; init; }

    /// <summary>The answer in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Counts the rollout's transitions. A client passes it on as <c>after=N</c>, and is answered when it is another.</summary>
    public required long Sequence { get; init; }

    /// <summary>With <c>after=N</c>, the transitions since that are still kept, oldest first; otherwise none.</summary>
    public required IReadOnlyList<RolloutEvent> Transitions { get; init; }

    /// <summary>The rollout as of now. It may be at another revision than the one that was asked for: compare <c>canaryRevision</c>.</summary>
    public required RolloutView Rollout { get; init; }
}

/// <summary>Whether a rollout is where it was waited for.</summary>
public enum GateReached
{
    /// <summary>Not yet.</summary>
    No,

    /// <summary>It is there.</summary>
    Yes,

    /// <summary>It ended otherwise: waiting on makes no sense.</summary>
    Never,
}

/// <summary>What <c>canaryctl wait</c> writes with <c>--output json</c> and <c>--json</c>.</summary>
/// <param name="ExitCode">What it exits with: 0 reached, 1 ended otherwise, 2 timed out, 4 no such rollout, 5 not reachable, 6 superseded, 7 not allowed, 130 interrupted.</param>
/// <param name="Ending">The same in a few words.</param>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="BeganAt">When the wait began.</param>
/// <param name="TookSeconds">How long it took.</param>
/// <param name="Gate">The last answer; null when there was none.</param>
public sealed record GateReport(int ExitCode, string Ending, string Message, DateTimeOffset BeganAt, double TookSeconds, GateView? Gate);
