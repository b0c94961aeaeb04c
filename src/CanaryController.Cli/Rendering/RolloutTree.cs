using CanaryController.Cli.Gates;
using CanaryController.Cli.Watching;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Cli.Rendering;

/// <summary>One rollout as a tree: steps, weights, metrics, what it waits for, last events. Pure: the same frame gives the same picture.</summary>
internal static class RolloutTree
{
    private const int BarWidth = 10;
    private const int LastEvents = 5;

    /// <summary>Draws a frame.</summary>
    /// <param name="frame">What to draw.</param>
    /// <param name="zone">The reader's time zone.</param>
    /// <param name="outage">Why the controller does not answer at present; null when it does.</param>
    /// <param name="mostSteps">How many steps to show; of more, the ones around the present one.</param>
    public static IRenderable Render(WatchFrame frame, TimeZoneInfo zone, string? outage = null, int mostSteps = int.MaxValue)
    {
        var view = frame.View;
        var tree = new Tree(new Markup(Title(view))) { Guide = TreeGuide.Line };
        if (outage is not null)
        {
            tree.AddNode(new Markup($"[red]! {Markup.Escape(outage)}[/]"));
        }

        tree.AddNode(new Text(view.Message));
        AddSteps(tree, view, mostSteps);
        tree.AddNode(new Markup(Weights(view)));
        if (view.Window is { } window)
        {
            tree.AddNode(new Markup($"[yellow]window  {Markup.Escape(window.Message)}[/]"));
        }

        AddMetrics(tree, view);
        AddLines(tree, "waiting for", view.WaitingFor.Select(Markup.Escape));
        AddLines(tree, "conditions", view.Conditions.Where(IsWorthSaying).Select(condition => $"[yellow]{Markup.Escape(condition.Type)}={Markup.Escape(condition.Status)}[/] {Markup.Escape(condition.Message)}"));
        AddLines(tree, "problems", view.Problems.Select(problem => $"[red]{Markup.Escape(problem.Path)}[/]: {Markup.Escape(problem.Message)}{(problem.Fix is { } fix ? ". Fix: " + Markup.Escape(fix) : "")}"));
        AddLines(tree, "events", frame.History.Events.Take(LastEvents).Select(transition => $"[grey]{Humanize.Clock(transition.At, zone)}[/] [{Palette.Of(transition.To)}]{transition.To}[/] {Markup.Escape(transition.Message)}"));
        return tree;
    }

    private static string Title(RolloutView view)
    {
        var revisions = (view.StableRevision, view.CanaryRevision) switch
        {
            ({ } stable, { } canary) when stable != canary => $"  {Markup.Escape(stable)} → {Markup.Escape(canary)}",
            (_, { } canary) => $"  {Markup.Escape(canary)}",
            ({ } stable, null) => $"  {Markup.Escape(stable)}",
            (null, null) => "",
        };
        var attempt = view.Attempt > 1 ? $"  attempt {view.Attempt}" : "";
        return $"[bold]{Markup.Escape(view.Name)}[/] [grey]({Markup.Escape(view.Namespace)})[/]  [{Palette.Of(view.Phase)}]{view.Phase}[/]{revisions}{attempt}";
    }

    private static void AddSteps(Tree tree, RolloutView view, int most)
    {
        var first = Math.Clamp(view.Step - 1 - (most / 2), 0, Math.Max(0, view.Steps.Count - most));
        var shown = view.Steps.Skip(first).Take(most).Select(step => Step(view, step));
        var before = first > 0 ? [$"[grey]… {first} before[/]"] : Array.Empty<string>();
        var after = view.Steps.Count - first > most ? [$"[grey]… {view.Steps.Count - first - most} after[/]"] : Array.Empty<string>();
        AddLines(tree, "steps", [.. before, .. shown, .. after]);
    }

    private static string Step(RolloutView view, StepView step)
    {
        var (mark, color) = Palette.Of(step.Status);
        return $"[{color}]{mark}[/] {step.Number}  {Humanize.Percent(step.WeightPercent),7}{Conditions(step)}{(step.Status == StepStatus.Active ? Progress(view, step) : "")}";
    }

    private static string Conditions(StepView step) =>
        (step.HoldSeconds > 0 ? $"  hold {Humanize.Seconds(step.HoldSeconds)}" : "")
        + (step.MinRequests > 0 ? $"  min {Humanize.Count(step.MinRequests)} requests" : "")
        + (step.Approval is { } approval ? $"  approval {Markup.Escape(approval)}" : "")
        + string.Concat(step.Gates.Select(gate => $"  {Markup.Escape(GateText.Gate(gate))}{Said(gate)}"));

    private static string Said(StepGateView gate) => gate.Status switch
    {
        GateStatus.Pending => " [yellow]pending[/]",
        GateStatus.Passed => " [green]passed[/]",
        GateStatus.Failed => " [red]failed[/]",
        null => "",
    };

    private static string Progress(RolloutView view, StepView step)
    {
        var parts = new List<string>();
        if (view.HoldLeftSeconds is { } left and > 0)
        {
            parts.Add($"{Humanize.Seconds(Math.Ceiling(left))} left");
        }

        if (view.CanaryRequestsInStep is { } requests)
        {
            parts.Add($"{Humanize.Count(requests)} requests so far");
        }

        if (step.Approval is not null)
        {
            parts.Add($"approved {view.Approvers.Count}/{step.ApprovalsRequired}{(view.Approvers.Count > 0 ? " by " + Markup.Escape(string.Join(", ", view.Approvers)) : "")}");
        }

        return parts.Count == 0 ? "" : $"  [blue]{string.Join(", ", parts)}[/]";
    }

    private static string Weights(RolloutView view)
    {
        var observed = view.ObservedWeightPercent is { } percent ? Humanize.Percent(percent) : "not known";
        var color = view.ObservedWeightPercent == view.WantedWeightPercent ? "green" : "yellow";
        return $"weight  wanted {Humanize.Percent(view.WantedWeightPercent)}  [{color}]observed {observed}[/]{Counted(view)}  {Humanize.Bar((double)(view.ObservedWeightPercent ?? 0) / 100, BarWidth * 2)}";
    }

    /// <summary>What was counted, whatever the router says of itself.</summary>
    private static string Counted(RolloutView view)
    {
        if (view is not { RequestSharePercent: { } share, RequestShare: { } verdict })
        {
            return "";
        }

        var when = view.RequestShareStep is { } step && step != view.Step ? $" at step {step}" : "";
        var color = verdict switch
        {
            ShareVerdict.Differs => "red",
            ShareVerdict.AsWanted => "green",
            ShareVerdict.Inconclusive => "grey",
        };
        return $"  [{color}]counted {Humanize.Percent(share)}{when}[/]";
    }

    private static void AddMetrics(Tree tree, RolloutView view)
    {
        if (view.Metrics.Count == 0)
        {
            return;
        }

        // Without the controller only the last transition's values are known.
        var node = tree.AddNode(new Text(view.Metrics.All(metric => metric.EvidenceRatio is null) ? "metrics, as of the last transition" : "metrics"));
        node.AddNode(new MetricRows(view.Metrics));
        foreach (var metric in view.Metrics.Where(metric => metric.Verdict is not (null or Verdict.Passed)))
        {
            node.AddNode(new Markup($"[{Palette.Of(metric.Verdict).Color}]{Markup.Escape(metric.Name)}[/]: {Markup.Escape(metric.Message)}"));
        }
    }

    private static bool IsWorthSaying(ConditionView condition) => condition.Type switch
    {
        // The window has its own line.
        "Ready" or "Reconciling" or "WindowClosed" => false,
        "RouteAccepted" => condition.Status != "True",
        _ => condition.Status != "False",
    };

    private static void AddLines(Tree tree, string name, IEnumerable<string> lines)
    {
        TreeNode? node = null;
        foreach (var line in lines)
        {
            (node ??= tree.AddNode(new Text(name))).AddNode(new Markup(line));
        }
    }
}
