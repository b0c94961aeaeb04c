using CanaryController.Cli.Rendering;

namespace CanaryController.Cli.Watching;

/// <summary>One line per change, for logs.</summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider time) : IWatchDisplay
{
    private WatchFrame? _last;

    /// <inheritdoc/>
    public void Show(WatchFrame frame)
    {
        foreach (var line in ProgressLines.Between(_last, frame, time.LocalTimeZone))
        {
            output.WriteLine(line);
        }

        output.Flush();
        _last = frame;
    }

    /// <inheritdoc/>
    public void ShowOutage(string? message)
    {
        output.WriteLine(message ?? "It answers again.");
        output.Flush();
    }
}
