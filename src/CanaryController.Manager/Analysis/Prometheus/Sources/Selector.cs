using System.Text;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Writes the selector of many rollouts' series: each key label has one of the wanted values. It may match more than is wanted; the reader of the answer decides by the whole key.</summary>
internal static class Selector
{
    /// <summary>Writes it without its closing brace.</summary>
    public static void Open(StringBuilder text, CounterSource source, CounterKind kind, IEnumerable<CountedBy> rollouts)
    {
        OpenAny(text, source.MetricOf(kind)!);
        var series = rollouts.SelectMany(each => each.Series).ToList();
        for (var i = 0; i < source.Keys.Count; i++)
        {
            var (label, index) = (source.Keys[i], i);
            text.Append(text[^1] == '{' ? "" : ",").Append(label.Name).Append("=~");
            PromQl.AppendAnyPattern(text, series.Select(each => each.KeyParts[index]).Distinct(StringComparer.Ordinal).Select(label.Pattern));
        }
    }

    /// <summary>Writes the selector of all series of a metric, without its closing brace.</summary>
    public static void OpenAny(StringBuilder text, CounterMetric metric)
    {
        if (metric.Names.Count == 1)
        {
            text.Append(metric.Names[0]).Append('{');
        }
        else
        {
            text.Append("{__name__=~");
            PromQl.AppendAnyOf(text, metric.Names);
        }

        foreach (var matcher in metric.Matchers)
        {
            text.Append(text[^1] == '{' ? "" : ",").Append(matcher);
        }
    }
}
