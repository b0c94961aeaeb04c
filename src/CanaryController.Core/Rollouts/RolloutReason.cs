namespace CanaryController.Core.Rollouts;

/// <summary>Why a transition happened. Part of the wire contract.</summary>
public enum RolloutReason
{
    /// <summary>The controller saw the rollout for the first time.</summary>
    Adopted,

    /// <summary>A new revision was asked for.</summary>
    NewRevision,

    /// <summary>A person asked to go back to a revision that was once stable.</summary>
    UndoRequested,

    /// <summary>The aborted revision is tried again.</summary>
    RetryRequested,

    /// <summary>The first step's capacity and the router are ready.</summary>
    CanaryReady,

    /// <summary>All exit conditions of the step held.</summary>
    StepCompleted,

    /// <summary>A person skipped the rest of the step.</summary>
    StepSkipped,

    /// <summary>A person asked to promote at once.</summary>
    PromoteRequested,

    /// <summary>All steps are done.</summary>
    StepsCompleted,

    /// <summary>Only an approval is missing.</summary>
    ApprovalNeeded,

    /// <summary>One of those who must approve did.</summary>
    ApprovalGiven,

    /// <summary>Enough people approved.</summary>
    Approved,

    /// <summary>Somebody rejected.</summary>
    ApprovalRejected,

    /// <summary>Nobody approved in time.</summary>
    ApprovalTimedOut,

    /// <summary>A person paused.</summary>
    PauseRequested,

    /// <summary>A person resumed.</summary>
    ResumeRequested,

    /// <summary>The canary became stable.</summary>
    Promoted,

    /// <summary>A metric failed.</summary>
    MetricFailed,

    /// <summary>A gate failed.</summary>
    GateFailed,

    /// <summary>Something outside demanded the rollback.</summary>
    ExternalAlarm,

    /// <summary>No canary instance is available any more.</summary>
    CanaryUnavailable,

    /// <summary>A person aborted.</summary>
    AbortRequested,

    /// <summary>Capacity or the router was not ready in time.</summary>
    ProgressDeadlineExceeded,

    /// <summary>Evidence was missing or inconclusive for too long.</summary>
    HoldLimitExceeded,

    /// <summary>Missing evidence aborts by policy.</summary>
    EvidenceMissing,

    /// <summary>The wanted revision is stable's again.</summary>
    Reverted,

    /// <summary>A newer revision was asked for.</summary>
    Superseded,

    /// <summary>The resource was deleted.</summary>
    Deleted,

    /// <summary>The rollout was released: it is not led until a person asks for that again.</summary>
    Released,

    /// <summary>Traffic has returned to stable.</summary>
    TrafficReturned,

    /// <summary>The canary's ready instances let the weight rise to the step's, or made it fall.</summary>
    CapacityChanged,

    /// <summary>The stored state contradicts itself (a fault of this program or of the store); the rollout goes back to stable.</summary>
    InconsistentState,

    /// <summary>A person let the revision start and go on despite windows and the limit on rollouts under way.</summary>
    GlassBroken,

    /// <summary>The resource was deleted or released, the route gives stable everything, and nobody has accepted that within a minute: the rollout leaves all the same.</summary>
    RouteUnanswered,
}
