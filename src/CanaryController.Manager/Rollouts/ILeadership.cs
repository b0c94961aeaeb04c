namespace CanaryController.Manager.Rollouts;

/// <summary>Whether this process decides. Others keep their caches warm and wait.</summary>
internal interface ILeadership
{
    /// <summary>True while this process may decide and act.</summary>
    bool IsLeading { get; }

    /// <summary>Ends once this process leads.</summary>
    Task WhenLeadingAsync(CancellationToken cancellation);
}

/// <summary>The only process there is.</summary>
internal sealed class SoleLeadership : ILeadership
{
    /// <inheritdoc/>
    public bool IsLeading => true;

    /// <inheritdoc/>
    public Task WhenLeadingAsync(CancellationToken cancellation) => Task.CompletedTask;
}
