namespace CanaryController.Manager.Rollouts;

/// <summary>Where a key waits in the <see cref="RolloutQueue"/>.</summary>
internal enum QueueLane
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Behind everything else: it is looked at now and then.</summary>
    Normal,

    /// <summary>Somebody waits for it: people's commands, changed files.</summary>
    Prompt,

    /// <summary>Before everything else: failing evidence and aborts, however many files were changed at once.</summary>
    Urgent,
}
