using CanaryController.Cli.Rendering;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Watching;

/// <summary>One document per write of the rollout's state: JSON a line, or YAML documents.</summary>
internal sealed class DocumentDisplay(TextWriter output, TextWriter error, OutputFormat format) : IWatchDisplay
{
    private RolloutView? _last;

    /// <inheritdoc/>
    public void Show(WatchFrame frame)
    {
        if (_last?.ResourceVersion == frame.View.ResourceVersion)
        {
            return;
        }

        _last = frame.View;
        if (format == OutputFormat.Yaml)
        {
            output.WriteLine("---");
            output.Write(Document.Yaml(frame.View, ApiJson.Default.RolloutView));
        }
        else
        {
            output.WriteLine(Document.JsonLine(frame.View, ApiJson.Default.RolloutView));
        }

        output.Flush();
    }

    /// <inheritdoc/>
    public void ShowOutage(string? message) => error.WriteLine(message ?? "It answers again.");
}
