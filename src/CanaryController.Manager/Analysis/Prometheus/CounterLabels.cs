using System.Globalization;
using System.Text;
using System.Text.Json;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The labels of a counter that matter here.</summary>
/// <param name="Key">What the source's key labels say: whose series it may be.</param>
/// <param name="Version">What its version label says; empty without one.</param>
/// <param name="Target">
/// What was scraped: job, instance and whatever else the provider adds, such as a cluster or a replica. Two that share an address are two: each has its own scrapes and baselines.
/// </param>
/// <param name="IsError">True for failed requests; null for durations, and for what counts no answered requests.</param>
/// <param name="Bound">The bucket's bound in seconds, infinite for all; null for requests.</param>
/// <param name="Rest">The exporter's other labels: they tell the counters of one target and version apart, but not the buckets of a histogram.</param>
internal sealed record CounterLabels(string Key, string Version, string Target, bool? IsError, double? Bound, string Rest)
{
    /// <summary>Takes a label set of <paramref name="source"/> apart; null when it lacks a key, which is then no series of ours.</summary>
    /// <exception cref="JsonException">A label is not a string.</exception>
    public static CounterLabels? Parse(CounterSource source, CounterKind kind, ReadOnlySpan<byte> json)
    {
        var labels = LabelSet.Parse(json);
        var parts = new string[source.Keys.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = source.Keys[i].PartOf(labels[source.Keys[i].Name]);
            if (parts[i].Length == 0)
            {
                return null;
            }
        }

        if (source.MetricOf(kind) is not { } metric)
        {
            return null;
        }

        var version = source.Version is { } label ? label.PartOf(labels[label.Name]) : "";
        var (target, rest) = Apart(source, metric, labels);
        return new(
            ArmSeries.KeyOf(parts),
            version,
            target,
            kind == CounterKind.Requests ? source.IsError(labels) : null,
            kind == CounterKind.Durations ? ParseBound(labels["le"], metric.UnitsPerSecond) : null,
            rest);
    }

    /// <summary>A bucket bound in seconds; null when it is none.</summary>
    public static double? ParseBound(string? le, int unitsPerSecond = 1) => le switch
    {
        null => null,
        "+Inf" => double.PositiveInfinity,
        _ => double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) && double.IsFinite(bound) ? bound / unitsPerSecond : null,
    };

    private static (string Target, string Own) Apart(CounterSource source, CounterMetric metric, LabelSet labels)
    {
        var target = new StringBuilder().Append(labels["job"]).Append('/').Append(labels["instance"]).Append('\n');
        var rest = new StringBuilder();
        if (metric.Names.Count > 1)
        {
            rest.Append(labels.Name).Append('\n');
        }

        foreach (var (name, value) in labels.All)
        {
            if (name is not ("__name__" or "job" or "instance" or "le"))
            {
                (source.IsOwnLabel(name) ? rest : target).Append(name).Append('=').Append(value).Append('\n');
            }
        }

        return (target.ToString(), rest.ToString());
    }
}
