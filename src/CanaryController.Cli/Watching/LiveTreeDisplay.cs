using CanaryController.Cli.Rendering;
using Spectre.Console;

namespace CanaryController.Cli.Watching;

/// <summary>Redraws the tree in place on a terminal.</summary>
internal sealed class LiveTreeDisplay(LiveDisplayContext context, TimeProvider time) : IWatchDisplay
{
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
            context.UpdateTarget(RolloutTree.Render(frame, time.LocalTimeZone, outage));
        }
    }
}
