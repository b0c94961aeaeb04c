using System.CommandLine;
using System.CommandLine.Completions;
using System.Diagnostics.CodeAnalysis;

namespace CanaryController.Cli.Hosting;

/// <summary>Completes names of rollouts. Waits two seconds at most, and offers nothing rather than an error in the middle of a command line.</summary>
internal static class RolloutNames
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>The names in the namespace of the command line so far.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "The completion interface is synchronous, and nothing else runs.")]
    public static IEnumerable<CompletionItem> Complete(CommandContext cli, ParseResult? parsed)
    {
        if (parsed is null)
        {
            return [];
        }

        try
        {
            using var api = cli.Connect(parsed);
            var @namespace = cli.Namespace(parsed);
            using var deadline = new CancellationTokenSource(_patience, cli.Environment.Time);
            var list = api.ListAsync(@namespace, deadline.Token).ConfigureAwait(false).GetAwaiter().GetResult();
            return [.. list.Items.Select(rollout => new CompletionItem(rollout.Name, detail: $"{rollout.Phase} {rollout.TargetRevision}".TrimEnd()))];
        }
        catch (Exception unavailable) when (unavailable is CliException or OperationCanceledException)
        {
            return [];
        }
    }
}
