namespace CanaryController.Cli.Watching;

/// <summary>Shows nothing but outages: for commands whose result is the last frame.</summary>
internal sealed class SilentDisplay(TextWriter error) : IWatchDisplay
{
    /// <inheritdoc/>
    public void Show(WatchFrame frame)
    {
    }

    /// <inheritdoc/>
    public void ShowOutage(string? message) => error.WriteLine(message ?? "It answers again.");
}
