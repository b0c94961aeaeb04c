using CanaryController.Resources.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Cli.Rendering;

/// <summary>A rollout's revisions, transitions and commands.</summary>
internal static class HistoryTables
{
    /// <summary>Three tables, newest first; one that would be empty is left out.</summary>
    public static IEnumerable<IRenderable> Render(HistoryView history, TimeZoneInfo zone)
    {
        if (history.Revisions.Count > 0)
        {
            var revisions = Columns.Of("REVISION", "OUTCOME", "STARTED", "TOOK", "REASON", "MESSAGE");
            foreach (var revision in history.Revisions)
            {
                revisions.AddRow(
                    Markup.Escape(revision.Revision),
                    $"[{Palette.Of(revision.Outcome)}]{revision.Outcome}[/]",
                    Humanize.Date(revision.StartedAt, zone),
                    Humanize.Duration(revision.EndedAt - revision.StartedAt),
                    revision.Reason.ToString(),
                    Markup.Escape(revision.BreakGlass is { } glass ? $"{revision.Message} Glass broken by {glass}" : revision.Message));
            }

            yield return Columns.Whole(revisions);
        }

        if (history.Events.Count > 0)
        {
            var events = Columns.Of("AT", "REVISION", "PHASE", "STEP", "WEIGHT", "REASON", "BY", "MESSAGE");
            foreach (var transition in history.Events)
            {
                events.AddRow(
                    Humanize.Date(transition.At, zone),
                    Markup.Escape(transition.Revision ?? "-"),
                    $"[{Palette.Of(transition.To)}]{transition.To}[/]",
                    transition.Step > 0 ? $"{transition.Step}" : "-",
                    Humanize.Percent(transition.WeightPercent),
                    transition.Reason.ToString(),
                    Markup.Escape(transition.Actor ?? "-"),
                    Markup.Escape(transition.Message));
            }

            yield return Columns.Whole(events);
        }

        if (history.Commands.Count > 0)
        {
            var commands = Columns.Of("AT", "BY", "COMMAND", "REVISION", "STEP", "RESULT", "REASON", "MESSAGE");
            foreach (var command in history.Commands)
            {
                commands.AddRow(
                    Humanize.Date(command.At, zone),
                    Markup.Escape(command.Actor),
                    command.Action.ToString(),
                    Markup.Escape(command.Revision ?? "-"),
                    command.Step is { } step ? $"{step}" : "-",
                    command.Status.ToString(),
                    Markup.Escape(command.Reason ?? "-"),
                    Markup.Escape(command.Message));
            }

            yield return Columns.Whole(commands);
        }
    }
}
