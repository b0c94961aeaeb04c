using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The metric sources in use, and what was scraped for all of them. Guarded by <see cref="EvidenceBook"/>.</summary>
internal sealed class SourceTable
{
    private readonly Dictionary<CounterSource, SourceSeries> _sources = [];
    private readonly Dictionary<string, ScrapeTarget> _targets = new(StringComparer.Ordinal);

    /// <summary>What was scraped.</summary>
    public IReadOnlyCollection<ScrapeTarget> Targets => _targets.Values;

    /// <summary>What is known of a source.</summary>
    public SourceSeries Of(CounterSource source)
    {
        if (!_sources.TryGetValue(source, out var series))
        {
            series = new SourceSeries(source, _targets);
            _sources.Add(source, series);
        }

        return series;
    }

    /// <summary>Drops what nobody needs any more, and targets that were not scraped since <paramref name="beforeMs"/>.</summary>
    public void Sweep(long beforeMs)
    {
        foreach (var (source, series) in _sources)
        {
            if (series.Sweep(beforeMs))
            {
                _sources.Remove(source);
            }
        }

        foreach (var (name, target) in _targets)
        {
            if (target.LastMs < beforeMs)
            {
                _targets.Remove(name);
            }
        }
    }
}
