namespace CanaryController.Cli.Watching;

/// <summary>How long a controller, or an API server, that does not answer is waited for.</summary>
/// <param name="First">Before it ever answered; zero = not at all: probably the address is wrong.</param>
/// <param name="Later">After it did.</param>
internal readonly record struct OutagePatience(TimeSpan First, TimeSpan Later)
{
    /// <summary>For people, who see that something is wrong.</summary>
    public static readonly OutagePatience OfWatchers = new(TimeSpan.Zero, TimeSpan.FromMinutes(1));

    /// <summary>For pipelines: a deployment of the controller itself must not fail those of others. <c>--timeout</c> ends it earlier, or allows it to last longer.</summary>
    public static OutagePatience OfPipelines(TimeSpan? timeout) => new(TimeSpan.FromMinutes(1), timeout ?? TimeSpan.FromMinutes(10));
}
