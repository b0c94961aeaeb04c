using System.Text;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Reading;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// Finds out by a few label queries why a version has no series: it looks label by label among the series that have the labels before, and names what is there instead. Nothing is
/// decided by it.
/// </summary>
internal sealed class SeriesDiagnosis(PrometheusClient client, TimeProvider time)
{
    /// <summary>How far back it looks.</summary>
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(10);

    private const int MaxNamed = 4;
    private const int MaxRanked = 5_000;
    private const int MaxShown = 80;

    /// <summary>Why in one sentence; null when the series are there, or when nobody answers.</summary>
    public async Task<string?> ExplainAsync(CountedBy counted, CounterKind kind, Arm arm, CancellationToken cancellation)
    {
        var source = counted.Source;
        var wanted = counted.Series.Where(series => series.Arm == arm).ToList();
        if (source.MetricOf(kind) is not { } metric || wanted.Count == 0)
        {
            return null;
        }

        var selector = new StringBuilder();
        Selector.OpenAny(selector, metric);
        var search = new Search(this, metric, selector, cancellation);
        for (var i = 0; i < source.Keys.Count; i++)
        {
            var (label, index) = (source.Keys[i], i);
            var parts = wanted.Select(series => series.KeyParts[index]).Distinct(StringComparer.Ordinal).ToList();
            var (isThere, sentence) = await search.NarrowAsync(label, parts, parts.Contains);
            if (!isThere)
            {
                return sentence;
            }
        }

        if (source.Version is { } version && !wanted.Exists(series => series.Version is null or ""))
        {
            var (isThere, sentence) = await search.NarrowAsync(version, [.. wanted.Select(series => series.Version!)], value => wanted.Exists(series => series.Has(value)));
            if (!isThere)
            {
                return sentence;
            }
        }

        return kind == CounterKind.Requests && source.StatusLabels.Count > 0 ? await search.StatusAsync(source.StatusLabels) : null;
    }

    private async Task<IReadOnlyList<string>?> ValuesAsync(string label, string selector, CancellationToken cancellation)
    {
        var (values, result) = await client.LabelValuesAsync(label, selector, time.GetUtcNow() - Past, cancellation);
        return result.Problem is null ? values : null;
    }

    private static string Quoted(IEnumerable<string> values) => string.Join(", ", values.Select(value => $"\"{Shown(value)}\""));

    /// <summary>Labels' values are somebody's text: no control characters, and not a long one.</summary>
    private static string Shown(string value)
    {
        var clean = new string([.. value.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return clean.Length > MaxShown ? clean[..MaxShown] + "…" : clean;
    }

    /// <summary>One search: the selector grows by the labels that are there.</summary>
    private sealed class Search(SeriesDiagnosis diagnosis, CounterMetric metric, StringBuilder selector, CancellationToken cancellation)
    {
        private readonly string _name = string.Join(" or ", metric.Names);
        private string _among = metric.Matchers.Count == 0 ? "" : $" with {string.Join(" and ", metric.Matchers)}";

        /// <summary>Whether a wanted value is among those of a label; the sentence says what is there instead, null when nobody answers.</summary>
        public async Task<(bool IsThere, string? Sentence)> NarrowAsync(KeyLabel label, List<string> wanted, Func<string, bool> isWanted)
        {
            if (await diagnosis.ValuesAsync(label.Name, selector + "}", cancellation) is not { } values)
            {
                return (false, null);
            }

            if (values.Count == 0)
            {
                return (false, await NothingAsync(label));
            }

            if (values.Any(value => isWanted(label.PartOf(value))))
            {
                selector.Append(selector[^1] == '{' ? "" : ",").Append(label.Name).Append("=~");
                PromQl.AppendAnyPattern(selector, wanted.Select(label.Pattern));
                _among = $"{_among}{(_among.Length == 0 ? " with" : " and")} {label.Name} {Quoted(wanted.Take(1))}";
                return (true, null);
            }

            var near = NearestName.Rank(wanted[0], values.Take(MaxRanked)).Take(MaxNamed).ToList();
            var others = values.Count > near.Count ? $" and {values.Count - near.Count} more" : "";
            var start = label.Form == KeyForm.Exact ? "" : " at the start";
            return (false, $"no series of {_name}{_among} has {label.Name} {Quoted(wanted.Take(2))}{start}; there are {Quoted(near)}{others}");
        }

        /// <summary>Why series that are there are not counted: they do not say in words of HTTP how requests ended. Null when some do, or when nobody answers.</summary>
        public async Task<string?> StatusAsync(IReadOnlyList<string> labels)
        {
            var said = new List<string>();
            foreach (var label in labels)
            {
                if (await diagnosis.ValuesAsync(label, selector + "}", cancellation) is not { } values || values.Any(value => StatusCodes.IsServerError(value) is not null))
                {
                    return null;
                }

                if (values.Count > 0)
                {
                    said.Add($"{label} says {Quoted(values.Take(MaxNamed))}");
                }
            }

            var words = said.Count == 0 ? "" : $" ({string.Join("; ", said)})";
            return $"the series of {_name}{_among} have no status of HTTP like 200 or 5xx in {string.Join(", ", labels)}{words}: give the metric a query of your own";
        }

        /// <summary>No series has the label: because there are none, none that the matchers let through, or none with a label of that name.</summary>
        private async Task<string?> NothingAsync(KeyLabel label)
        {
            var names = new StringBuilder("{__name__=~");
            PromQl.AppendAnyOf(names, metric.Names);
            if (await diagnosis.ValuesAsync("__name__", names + "}", cancellation) is not { } there)
            {
                return null;
            }

            if (there.Count == 0)
            {
                return $"Prometheus has had no series of {_name} for {Past.TotalMinutes:0} minutes: nothing that exports it is scraped";
            }

            return metric.Matchers.Count > 0 && await diagnosis.ValuesAsync("__name__", selector + "}", cancellation) is { Count: 0 }
                ? $"Prometheus has series of {_name}, but none{_among}"
                : $"no series of {_name}{_among} has a label {label.Name}: say in analysis.sourceLabels what it is called";
        }
    }
}
