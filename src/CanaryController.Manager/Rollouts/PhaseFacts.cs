using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Rollouts;

/// <summary>What a phase means to the loop.</summary>
internal static class PhaseFacts
{
    /// <summary>The canary is judged: evidence is gathered.</summary>
    public static bool IsUnderWay(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting => true,
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborting or RolloutPhase.Aborted or RolloutPhase.Invalid => false,
    };

    /// <summary>Nothing is to be done until somebody asks for something.</summary>
    public static bool IsAtRest(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted or RolloutPhase.Invalid => true,
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting
            or RolloutPhase.Aborting => false,
    };
}
