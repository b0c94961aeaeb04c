using CanaryController.Examples.Demo.Load;
using CanaryController.Resources.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Examples.Demo.Show;

/// <summary>A picture in the terminal that is drawn anew while the scenario goes on.</summary>
internal sealed class LiveView(LiveDisplayContext display) : IScenarioView
{
    private const int KeptLines = 12;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private IRenderable _picture = new Text("");

    public void Say(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }

            Draw();
        }
    }

    public void Update(Snapshot now)
    {
        lock (_gate)
        {
            _picture = new Rows(Head(now), now.Rollout is { } rollout ? Rollout(rollout, now.Weight) : new Text("the manager does not answer"), Users(now.Responses));
            Draw();
        }
    }

    private void Draw() => display.UpdateTarget(new Rows([.. _lines.Select(line => new Text(line)), _picture]));

    private static Markup Head(Snapshot now) =>
        new($"[grey]{now.Elapsed.TotalSeconds:0.0} s[/]  [bold]{now.Rollout?.Phase.ToString() ?? "-"}[/]  {Markup.Escape(now.Rollout?.Message ?? "")}");

    private static Rows Rollout(RolloutView rollout, decimal weight)
    {
        var steps = string.Join("  ", rollout.Steps.Select(step => step.Status switch
        {
            StepStatus.Done => $"[green]{step.WeightPercent:0.##} %[/]",
            StepStatus.Active => $"[bold yellow]> {step.WeightPercent:0.##} %[/]",
            StepStatus.Failed => $"[red]x {step.WeightPercent:0.##} %[/]",
            StepStatus.Pending => $"[grey]{step.WeightPercent:0.##} %[/]",
        }));
        var filled = (int)(weight / 2.5m);
        var bar = $"[yellow]{new string('#', filled)}[/][grey]{new string('.', 40 - filled)}[/]";
        var metrics = new Table { Border = TableBorder.Simple };
        metrics.AddColumns("metric", "canary", "stable", "threshold", "verdict", "evidence against it");
        foreach (var metric in rollout.Metrics)
        {
            metrics.AddRow(
                new Text(metric.Name),
                new Text(metric.Value ?? "-"),
                new Text(metric.StableValue ?? "-"),
                new Text(metric.Threshold),
                new Text(metric.Verdict?.ToString() ?? "-"),
                new Text($"{Math.Min(metric.EvidenceRatio ?? 0, 1):P0}"));
        }

        return new Rows(
            new Markup($"steps   {steps}"),
            new Markup($"weight  {bar} {weight:0.##} %, wanted {rollout.WantedWeightPercent:0.##} %"),
            new Text(rollout.WaitingFor is [var first, ..] ? $"waits   {first}" : ""),
            metrics);
    }

    private static Table Users(ResponseLog responses)
    {
        var (versions, total, lost) = responses.Tally();
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("version", "requests", "failed");
        foreach (var (version, tally) in versions)
        {
            table.AddRow(version, $"{tally.Requests}", $"{tally.Failed} ({100.0 * tally.Failed / tally.Requests:0.0} %)");
        }

        table.AddRow("all", $"{total}", $"lost by routing: {lost}");
        return table;
    }
}
