using CanaryController.Resources.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Cli.Rendering;

/// <summary>Metrics in columns where they fit, otherwise two lines each: a column must not break a word on a narrow terminal.</summary>
internal sealed class MetricRows(IReadOnlyList<MetricView> metrics) : Renderable
{
    private const int BarWidth = 10;
    private const int Unbounded = 1 << 20;

    private readonly IRenderable _columns = Columns(metrics);
    private readonly IRenderable _lines = new Rows(metrics.SelectMany(Lines));

    /// <inheritdoc/>
    protected override Measurement Measure(RenderOptions options, int maxWidth) => Fitting(options, maxWidth).Measure(options, maxWidth);

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => Fitting(options, maxWidth).Render(options, maxWidth);

    private static Table Columns(IReadOnlyList<MetricView> metrics)
    {
        var table = new Table().NoBorder().HideHeaders();
        foreach (var _ in Enumerable.Range(0, 6))
        {
            table.AddColumn(new TableColumn("").PadLeft(0).PadRight(2).NoWrap());
        }

        foreach (var metric in metrics)
        {
            table.AddRow(Name(metric), Verdict(metric), Value(metric), Markup.Escape(metric.Threshold), Requests(metric), Evidence(metric));
        }

        return table;
    }

    private static IEnumerable<IRenderable> Lines(MetricView metric) =>
    [
        new Markup($"{Name(metric)}  {Verdict(metric)}  {Value(metric)}"),
        new Padder(new Markup($"{Markup.Escape(metric.Threshold)}  {Requests(metric)}  {Evidence(metric)}".TrimEnd()), new Padding(2, 0, 0, 0)),
    ];

    private static string Name(MetricView metric) => $"[{Palette.Of(metric.Verdict).Color}]{Palette.Of(metric.Verdict).Mark}[/] {Markup.Escape(metric.Name)}";

    private static string Verdict(MetricView metric) => $"[{Palette.Of(metric.Verdict).Color}]{metric.Verdict?.ToString() ?? "not yet"}[/]";

    private static string Value(MetricView metric) =>
        Markup.Escape(metric.Value ?? "-") + (metric.StableValue is { } stable ? $" [grey]stable {Markup.Escape(stable)}[/]" : "");

    private static string Requests(MetricView metric) => metric.Requests is { } requests ? $"{Humanize.Count(requests)} requests" : "";

    private static string Evidence(MetricView metric)
    {
        if (metric.EvidenceRatio is not { } ratio)
        {
            return "";
        }

        var evidence = double.IsFinite(ratio) ? Math.Clamp(ratio, 0, 1) : 1;
        return $"[{Palette.OfEvidence(evidence)}]evidence {Humanize.Bar(evidence, BarWidth)} {evidence * 100:0} %[/]";
    }

    private IRenderable Fitting(RenderOptions options, int maxWidth) => _columns.Measure(options, Unbounded).Max <= maxWidth ? _columns : _lines;
}
