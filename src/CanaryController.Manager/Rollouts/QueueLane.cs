namespace CanaryController.Manager.Rollouts;

/// <summary>Where a key waits in the <see cref="RolloutQueue"/>.</summary>
internal enum QueueLane
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Behind everything urgent.</summary>
    Normal,

    /// <summary>Before everything that is not: failing evidence, people's commands, changed files.</summary>
    Urgent,
}
