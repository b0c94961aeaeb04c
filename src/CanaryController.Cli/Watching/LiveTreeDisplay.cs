using CanaryController.Cli.Rendering;
using Spectre.Console;

namespace CanaryController.Cli.Watching;

/// <summary>Redraws the tree in place on a terminal.</summary>
internal sealed class LiveTreeDisplay(LiveDisplayContext context, TimeProvider time, int height) : IWatchDisplay
{
    private const int LeastSteps = 3;

    /// <summary>Title, message, headings, weight and what it waits for. What comes below may be cut off at the bottom.</summary>
    private const int OtherLines = 8;

    private WatchFrame? _last;

    /// <inheritdoc/>
    public void Show(WatchFrame frame)
    {
        _last = frame;
        Draw(null);
    }

    /// <inheritdoc/>
    public void ShowOutage(string? message) => Draw(message);

    private void Draw(string? outage)
    {
        if (_last is { } frame)
        {
            // Metrics come after the steps, and are what a watcher must see.
            context.UpdateTarget(RolloutTree.Render(frame, time.LocalTimeZone, outage, Math.Max(LeastSteps, height - OtherLines - (2 * frame.View.Metrics.Count))));
        }
    }
}
