using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Notifications;

/// <summary>What is told: each transition is exactly one of these, and each answer of a gate that changes something is <see cref="GateAnswered"/>.</summary>
public enum NotificationEvent
{
    /// <summary>The controller leads the rollout now, or leads it no more.</summary>
    Adopted,

    /// <summary>A new revision begins, or is tried again; it has no traffic yet.</summary>
    Started,

    /// <summary>A step was reached: the weight rises.</summary>
    StepReached,

    /// <summary>The weight changed within a step, because the canary's capacity did.</summary>
    WeightChanged,

    /// <summary>Only people are waited for.</summary>
    ApprovalNeeded,

    /// <summary>One of those who must approve did.</summary>
    ApprovalGiven,

    /// <summary>Enough people approved.</summary>
    Approved,

    /// <summary>A person paused.</summary>
    Paused,

    /// <summary>A person resumed.</summary>
    Resumed,

    /// <summary>All steps are done: the canary gets all traffic.</summary>
    Promoting,

    /// <summary>The canary became stable.</summary>
    Promoted,

    /// <summary>Traffic returns to stable.</summary>
    RollingBack,

    /// <summary>Stable has all traffic again.</summary>
    RolledBack,

    /// <summary>A gate passed or failed.</summary>
    GateAnswered,

    /// <summary>A person let the revision start and go on despite windows, freezes and the limit.</summary>
    GlassBroken,
}

/// <summary>Which event a transition is. Pure.</summary>
public static class NotificationEvents
{
    /// <summary>The event that leads from <paramref name="from"/> to <paramref name="to"/> for <paramref name="reason"/>.</summary>
    public static NotificationEvent Of(RolloutPhase from, RolloutPhase to, RolloutReason reason) => (to, reason) switch
    {
        (_, RolloutReason.GlassBroken) => NotificationEvent.GlassBroken,
        (RolloutPhase.Idle or RolloutPhase.Invalid, _) => NotificationEvent.Adopted,
        (_, RolloutReason.CapacityChanged) => NotificationEvent.WeightChanged,
        (_, RolloutReason.ApprovalGiven) => NotificationEvent.ApprovalGiven,
        (_, RolloutReason.ResumeRequested) => NotificationEvent.Resumed,
        (RolloutPhase.Progressing, RolloutReason.Approved) => NotificationEvent.Approved,
        _ => OfPhase(from, to),
    };

    private static NotificationEvent OfPhase(RolloutPhase from, RolloutPhase to) => to switch
    {
        RolloutPhase.Idle or RolloutPhase.Invalid => NotificationEvent.Adopted,
        RolloutPhase.Initializing => NotificationEvent.Started,
        RolloutPhase.Progressing => NotificationEvent.StepReached,
        RolloutPhase.WaitingApproval => NotificationEvent.ApprovalNeeded,
        RolloutPhase.Paused => NotificationEvent.Paused,
        RolloutPhase.Promoting => NotificationEvent.Promoting,
        RolloutPhase.Promoted => NotificationEvent.Promoted,
        // The weight may fall in several steps on the way back, each for the cause of the rollback.
        RolloutPhase.Aborting => from is RolloutPhase.Aborting ? NotificationEvent.WeightChanged : NotificationEvent.RollingBack,
        RolloutPhase.Aborted => NotificationEvent.RolledBack,
    };
}
