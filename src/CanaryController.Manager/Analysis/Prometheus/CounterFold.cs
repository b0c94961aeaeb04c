namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Feeds one answer's samples to the ledgers of a batch. One bad series spoils its own rollouts only. Used under the lock of <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class CounterFold(CounterSeriesCache series, CounterBatch batch) : ISeriesSink
{
    private readonly Dictionary<TrackedRollout, string> _problems = [];

    /// <summary>
    /// Only those the query was made for: a ledger that was begun since may need series (another bucket) or times that the query did not ask for, and half of a
    /// histogram misleads.
    /// </summary>
    private readonly HashSet<TrackedRollout> _asked = [.. batch.Rollouts];
    private CounterEntry? _entry;
    private CounterBinding[] _bindings = [];

    /// <summary>Samples that were new.</summary>
    public int NewSamples { get; private set; }

    /// <summary>The newest sample's timestamp; 0 without one.</summary>
    public long NewestMs { get; private set; }

    /// <summary>What was wrong with a rollout's series; null when nothing was.</summary>
    public string? ProblemOf(TrackedRollout rollout) => _problems.GetValueOrDefault(rollout);

    /// <inheritdoc/>
    public void Begin(ReadOnlySpan<byte> labels)
    {
        _entry = series.Find(batch.Kind, labels);
        _bindings = _entry?.Bindings() ?? [];
    }

    /// <inheritdoc/>
    public void Sample(long timestampMs, double value)
    {
        if (_entry is null)
        {
            return;
        }

        _entry.Target.Seen(timestampMs);
        foreach (var binding in _bindings)
        {
            // A rollout is fed by the ticks or by the pieces of its past, never by both at once: what is newer would shut out what is older.
            if (timestampMs <= binding.LastMs || binding.Rollout.Live != batch.Live || binding.Handles.Length == 0 || !_asked.Contains(binding.Rollout))
            {
                continue;
            }

            if (!double.IsFinite(value) || value < 0)
            {
                _problems[binding.Rollout] = $"Prometheus' answer cannot be used: a counter of '{_entry.Slot.Key.Replace('\n', '/')}' has the value {value}.";
                continue;
            }

            binding.LastMs = timestampMs;
            binding.Rollout.Fed = true;
            NewSamples++;
            NewestMs = Math.Max(NewestMs, timestampMs);
            foreach (var handle in binding.Handles)
            {
                binding.Rollout.Ledger.Observe(handle, timestampMs, value);
            }
        }
    }

    /// <inheritdoc/>
    public void End() => (_entry, _bindings) = (null, []);
}
