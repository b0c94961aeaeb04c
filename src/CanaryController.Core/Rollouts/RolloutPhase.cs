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
