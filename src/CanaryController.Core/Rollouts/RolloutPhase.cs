namespace CanaryController.Core.Rollouts;

/// <summary>Where a rollout stands. The wire contract fixes these names.</summary>
public enum RolloutPhase
{
    /// <summary>Stable has all traffic; nothing to do.</summary>
    Idle,

    /// <summary>A new revision is there; waiting until its first step has capacity and the router answers. Weight 0.</summary>
    Initializing,

    /// <summary>Resting at a step, or on the way to it.</summary>
    Progressing,

    /// <summary>A person stopped it here. Failing evidence still aborts.</summary>
    Paused,

    /// <summary>Everything but an approval holds.</summary>
    WaitingApproval,

    /// <summary>All steps are done: all traffic goes to the canary, then it becomes stable.</summary>
    Promoting,

    /// <summary>The canary became stable.</summary>
    Promoted,

    /// <summary>Traffic returns to stable.</summary>
    Aborting,

    /// <summary>Stable has all traffic again; the revision was rejected.</summary>
    Aborted,

    /// <summary>The resource never was valid.</summary>
    Invalid,
}

/// <summary>Kinds of phases.</summary>
public static class RolloutPhases
{
    /// <summary>A canary is on its way: it may still be promoted, and failing evidence rolls it back.</summary>
    public static bool IsUnderWay(this RolloutPhase phase) => phase switch
    {
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting => true,
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborting or RolloutPhase.Aborted or RolloutPhase.Invalid => false,
    };

    /// <summary>One version has all traffic and nothing is to be done.</summary>
    public static bool IsAtRest(this RolloutPhase phase) => phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted or RolloutPhase.Invalid => true,
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting
            or RolloutPhase.Aborting => false,
    };
}
