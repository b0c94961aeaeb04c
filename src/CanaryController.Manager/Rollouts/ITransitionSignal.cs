namespace CanaryController.Manager.Rollouts;

/// <summary>Says that the outbox has something to announce.</summary>
internal interface ITransitionSignal
{
    /// <summary>Called after a transaction with transitions.</summary>
    void Signal();
}
