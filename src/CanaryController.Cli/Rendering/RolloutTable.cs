using CanaryController.Resources.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Cli.Rendering;

/// <summary>Rollouts a line each.</summary>
internal static class RolloutTable
{
    /// <summary>The table.</summary>
    public static IRenderable Render(IReadOnlyList<RolloutView> rollouts, bool withNamespace, DateTimeOffset now)
    {
        var table = Columns.Of([.. withNamespace ? ["NAMESPACE"] : Array.Empty<string>(), "NAME", "PHASE", "STEP", "WEIGHT", "STABLE", "CANARY", "SINCE", "MESSAGE"]);
        foreach (var rollout in rollouts)
        {
            table.AddRow(
            [
                .. withNamespace ? [Markup.Escape(rollout.Namespace)] : Array.Empty<string>(),
                Markup.Escape(rollout.Name),
                $"[{Palette.Of(rollout.Phase)}]{rollout.Phase}[/]",
                rollout.Step > 0 ? $"{rollout.Step}/{rollout.Steps.Count}" : "-",
                Weight(rollout),
                Markup.Escape(rollout.StableRevision ?? "-"),
                Markup.Escape(rollout.CanaryRevision ?? "-"),
                Humanize.Duration(now - rollout.PhaseSince),
                Markup.Escape(rollout.Message),
            ]);
        }

        return Columns.Whole(table);
    }

    /// <summary>The wanted weight, and the observed one where it differs.</summary>
    public static string Weight(RolloutView rollout) => rollout.ObservedWeightPercent switch
    {
        null => $"{Humanize.Percent(rollout.WantedWeightPercent)} (observed: not known)",
        { } observed when observed == rollout.WantedWeightPercent => Humanize.Percent(observed),
        { } observed => $"{Humanize.Percent(rollout.WantedWeightPercent)} (observed: {Humanize.Percent(observed)})",
    };
}
