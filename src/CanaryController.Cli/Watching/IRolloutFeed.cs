namespace CanaryController.Cli.Watching;

/// <summary>One rollout as it goes on.</summary>
internal interface IRolloutFeed
{
    /// <summary>Listens for changes until it is cancelled.</summary>
    Task ListenAsync(CancellationToken cancellation);

    /// <summary>Returns when something may have changed, or after <paramref name="atMost"/>.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken cancellation);

    /// <summary>The rollout now.</summary>
    /// <param name="before">The last frame; what cannot have changed since is not read again.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Hosting.CliException">It cannot be had now.</exception>
    Task<WatchFrame> ReadAsync(WatchFrame? before, CancellationToken cancellation);
}
