using CanaryController.Cli.Hosting;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Gates;

/// <summary>What a wait at a gate came to: all that its reports tell.</summary>
internal sealed record GateRecord
{
    /// <summary>The rollout.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>What was asked.</summary>
    public required GateQuestion Question { get; init; }

    /// <summary>When the wait began.</summary>
    public required DateTimeOffset Began { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>What the program exits with.</summary>
    public ExitCode Exit { get; init; } = ExitCode.Unreachable;

    /// <summary>Why, in a sentence.</summary>
    public string Message { get; init; } = "Nothing was heard of the rollout.";

    /// <summary>The last answer; null when there was none.</summary>
    public GateView? Last { get; init; }

    /// <summary>The rollout when it was last at the revision in question: a newer one shows other steps and metrics. Null when it never was.</summary>
    public RolloutView? View { get; init; }

    /// <summary>The transitions of the revision, oldest first.</summary>
    public IReadOnlyList<RolloutEvent> Transitions { get; init; } = [];

    /// <summary>The revision, or how it was asked for.</summary>
    public string Revision => Last?.Revision ?? Question.Revision ?? "";

    /// <summary>The same after a frame.</summary>
    public GateRecord With(WatchFrame frame) => this with
    {
        Last = frame.Gate ?? Last,
        View = frame.Gate is { Revision: { } revision } && frame.View.CanaryRevision == revision ? frame.View : View,
        Transitions = [.. frame.History.Events.Where(transition => transition.Revision is not null && transition.Revision == frame.Gate?.Revision).Reverse()],
        Message = frame.Gate?.Message ?? Message,
    };

    /// <summary>What an answer exits with; null while it is waited on.</summary>
    public static ExitCode? ExitOf(GateView answer) => (answer.Reached, answer.Outcome) switch
    {
        (GateReached.No, _) => null,
        (GateReached.Yes, _) => ExitCode.Done,
        (GateReached.Never, Core.Rollouts.RevisionOutcome.Superseded) => ExitCode.Superseded,
        (GateReached.Never, _) => ExitCode.Rejected,
    };

    /// <summary>How it ended, in a few words.</summary>
    public string Ending => (Exit, Last?.Outcome) switch
    {
        (ExitCode.Done, _) => Question.Goal.Text(),
        (ExitCode.Superseded, _) => "superseded",
        (ExitCode.TimedOut, _) => "timed out",
        (ExitCode.Rejected, Core.Rollouts.RevisionOutcome.RolledBack) => "rolled back",
        (ExitCode.Rejected, Core.Rollouts.RevisionOutcome.Promoted or Core.Rollouts.RevisionOutcome.Adopted) => "promoted",
        (ExitCode.NotFound, _) => "not found",
        (ExitCode.Forbidden, _) => "not allowed",
        (ExitCode.Interrupted, _) => "interrupted",
        (ExitCode.Unreachable, _) => "not reachable",
        _ => "failed",
    };
}
