namespace CanaryController.Manager.Rollouts;

/// <summary>Whether this process decides. Others keep their caches warm and wait.</summary>
internal interface ILeadership
{
    /// <summary>True while this process may decide and act.</summary>
    bool IsLeading { get; }

    /// <summary>Where the API of another process is that leads; null when this one leads, or nobody knows.</summary>
    Uri? LeaderAddress => null;

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
