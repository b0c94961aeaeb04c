using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>One thing that happened, to be told. Exactly one of <see cref="Transition"/> and <see cref="Gate"/> is there.</summary>
internal sealed record Notification
{
    /// <summary>Names it for receivers, who drop what they had already: the same however often it is told, also by the next process.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required NotificationEvent Kind { get; init; }

    /// <summary>Whose.</summary>
    public required RolloutKey Rollout { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What changed.</summary>
    public RolloutEvent? Transition { get; init; }

    /// <summary>What a gate answered.</summary>
    public GateAnswered? Gate { get; init; }
}

/// <summary>A gate's answer that changed something.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Revision">The canary's revision.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Step">The step whose gate it is, from 1.</param>
/// <param name="Passed">It passed; otherwise it failed, or demands the rollback.</param>
/// <param name="Message">One sentence.</param>
internal sealed record GateAnswered(string Name, string Revision, int Attempt, int Step, bool Passed, string Message);
