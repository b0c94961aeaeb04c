using System.Text.Json;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Keeps the histograms' bucket bounds: asked for when a rollout needs them and they are not known, and now and then, since an exporter may be upgraded. One query a source. Used by
/// one loop.
/// </summary>
internal sealed class BoundsReader(PrometheusClient client, EvidenceBook book, TimeProvider time, ILogger<BoundsReader> logger)
{
    private static readonly TimeSpan WhenMissing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhenMissingLong = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhenKnown = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(5);

    private const int Soon = 30;

    private readonly Dictionary<CounterSource, (DateTimeOffset At, int InVain)> _asked = [];

    /// <summary>When to ask next if nothing happens; null = nobody needs bounds that are missing.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            var missing = book.NeedsBounds().Where(need => need.Missing).ToList();
            return missing.Count == 0 ? null : missing.Min(WaitOf);
        }
    }

    /// <summary>Asks when it is due.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var needs = book.NeedsBounds();
        foreach (var gone in _asked.Keys.Except(needs.Select(need => need.Source)).ToList())
        {
            _asked.Remove(gone);
        }

        foreach (var need in needs)
        {
            if (_asked.TryGetValue(need.Source, out var last) && now - last.At < WaitOf(need))
            {
                continue;
            }

            _asked[need.Source] = (now, need.Missing ? Math.Min(Soon, last.InVain + 1) : 0);
            await RefreshAsync(need, now, cancellation);
        }
    }

    /// <summary>Who has never had traffic, or never will, is asked for less often after a while.</summary>
    private TimeSpan WaitOf(BoundsNeed need) =>
        !need.Missing ? WhenKnown : _asked.TryGetValue(need.Source, out var last) && last.InVain >= Soon ? WhenMissingLong : WhenMissing;

    private async Task RefreshAsync(BoundsNeed need, DateTimeOffset now, CancellationToken cancellation)
    {
        var read = need.Source.HasOneHistogram ? await ReadAllAsync(need.Source, now, cancellation) : await ReadByKeyAsync(need, cancellation);
        if (read is not null && book.SetBounds(need.Source, read) is { } known)
        {
            logger.BoundsChanged(need.Source.Id, known.ToString());
        }
    }

    private async Task<KnownBounds?> ReadAllAsync(CounterSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        var metric = source.Durations!;
        var (labels, result) = await client.LabelValuesAsync("le", metric.Names[0], now - Alive, cancellation);
        var read = HistogramBounds.FromLabels(labels, metric.UnitsPerSecond);
        return result.Problem is null && !read.IsEmpty ? KnownBounds.OfAll(read) : null;
    }

    private async Task<KnownBounds?> ReadByKeyAsync(BoundsNeed need, CancellationToken cancellation)
    {
        using var answer = await client.QueryAsync(need.Query(), null, "bounds", QueryLane.Background, cancellation);
        if (answer.Body is not { } body)
        {
            return null;
        }

        var found = new BoundsOfKeys(need.Source);
        return QueryAnswerReader.Read(body.Span, found).Problem is null && found.Any ? found.ToBounds() : null;
    }

    /// <summary>Collects keys and bounds.</summary>
    private sealed class BoundsOfKeys(CounterSource source) : ISeriesSink
    {
        private readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);

        public bool Any => _labels.Count > 0;

        public void Begin(ReadOnlySpan<byte> labels)
        {
            try
            {
                var set = LabelSet.Parse(labels);
                var key = ArmSeries.KeyOf(source.Keys.Select(each => each.PartOf(set[each.Name])));
                (_labels.TryGetValue(key, out var known) ? known : _labels[key] = new(StringComparer.Ordinal)).Add(set["le"]);
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
            {
                // A label that is no string, or no UTF-8, cannot be one of ours.
            }
        }

        public void Sample(long timestampMs, double value)
        {
        }

        public void End()
        {
        }

        public KnownBounds ToBounds() => new(
            HistogramBounds.NotSeen,
            _labels.ToDictionary(each => each.Key, each => HistogramBounds.FromLabels(each.Value, source.Durations!.UnitsPerSecond), StringComparer.Ordinal));
    }
}
