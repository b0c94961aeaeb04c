using CanaryController.Cli.Rendering;
using CanaryController.Cli.Watching;

namespace CanaryController.Cli.Gates;

/// <summary>
/// Progress for the log of a pipeline, on standard error: one line a change, no cursor movement, and a line each minute while nothing changes, since many runners end a job that is silent. No
/// line begins with what somebody else wrote, nor has it a command in its middle that a runner would carry out.
/// </summary>
internal sealed class GateDisplay(TextWriter error, TimeProvider time) : IWatchDisplay
{
    /// <summary>The longest silence.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(1);

    private readonly long _began = time.GetTimestamp();
    private long _lastLine;
    private WatchFrame? _last;

    /// <inheritdoc/>
    public void Show(WatchFrame frame)
    {
        string[] lines = [.. ProgressLines.Between(_last, frame, time.LocalTimeZone)];
        foreach (var line in lines)
        {
            Write(line);
        }

        if (lines.Length == 0 && time.GetElapsedTime(_lastLine) >= Heartbeat)
        {
            Write($"{Humanize.Clock(frame.At, time.LocalTimeZone)} {frame.View.Name} {Waiting(frame)} ({Humanize.Duration(time.GetElapsedTime(_began))} so far)");
        }

        _last = frame;
    }

    /// <inheritdoc/>
    public void ShowOutage(string? message) => Write(message ?? "It answers again.");

    private static string Waiting(WatchFrame frame) => frame.Gate is { Revision: null } or { Known: false } ? $"waits: {frame.Gate.Message}"
        : $"waits for {frame.Gate?.For}: {(frame.View.WaitingFor.Count > 0 ? string.Join("; ", frame.View.WaitingFor) : frame.View.Message)}";

    private void Write(string line)
    {
        error.WriteLine(Humanize.LogLine(line));
        error.Flush();
        _lastLine = time.GetTimestamp();
    }
}
