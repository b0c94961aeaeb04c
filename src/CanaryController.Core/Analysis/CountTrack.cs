namespace CanaryController.Core.Analysis;

/// <summary>
/// One counted metric: increases go into blocks of a scrape interval, aligned to Unix time by the samples' own timestamps; complete blocks go through the tests in order.
/// A block is complete once a sample three blocks newer was seen: Prometheus shows a scrape up to one interval after its timestamp. The blocks that are
/// still open are looked at provisionally: by the threshold at once (its evidence adds up request by request), by the comparison as far as all targets have come.
/// </summary>
internal sealed class CountTrack
{
    private const int OpenCount = 3;
    private const long StartSpacingMs = 60_000;

    private readonly long _blockMs;
    private readonly double _lnLimit;
    private readonly List<(int Target, CounterState Counter)> _firsts = [];
    private readonly TargetTable _targets = new();
    private readonly RestartTable _restarts = new();
    private readonly Dictionary<CounterSeries, BucketPair> _pairs = [];

    private long _countFromMs;
    private long _oldestBaselineMs;
    private bool _hasBegun;

    private OpenBlocks _blocks;
    private CountHistory _history = new();
    private (long Canary, long Stable) _debt;
    private (long Block, BlockCounts? Before) _step = (long.MaxValue, null);
    private long _newestBlock = long.MinValue;
    private (long FromMs, long ToMs, long Block) _cached = (0, 0, 0);
    private bool _dirty;

    /// <summary>Evidence of <paramref name="spec"/>, a counted metric of <paramref name="plan"/>; each test rejects at ln E = <paramref name="lnLimit"/>.</summary>
    public CountTrack(MetricSpec spec, EvidencePlan plan, double lnLimit)
    {
        Spec = spec;
        _lnLimit = lnLimit;
        _blockMs = (long)Math.Clamp(plan.ScrapeInterval.TotalMilliseconds, 100, 600_000);
        _countFromMs = Math.Max(0, plan.CountFrom.ToUnixTimeMilliseconds());
        _oldestBaselineMs = plan.WarmUp > TimeSpan.Zero || plan.HadTraffic ? _countFromMs : long.MinValue;
        _hasBegun = !plan.StepMetrics.Contains(spec.Name);
        _blocks = new(_countFromMs / _blockMs);
        Start();
    }

    /// <summary>The metric.</summary>
    public MetricSpec Spec { get; }

    /// <summary>Milliseconds a block.</summary>
    public long BlockMs => _blockMs;

    /// <summary>The threshold's test; null without a threshold.</summary>
    public SequentialRun? Threshold { get; private set; }

    /// <summary>The comparison's test; null without one.</summary>
    public SequentialRun? Comparison { get; private set; }

    /// <summary>Timestamp of each arm's newest sample; null when there was none.</summary>
    public (long? Canary, long? Stable) NewestMs { get; private set; }

    /// <summary>All that was counted.</summary>
    public BlockCounts Total => _history.Total + Open(long.MinValue);

    /// <summary>What was counted in the blocks that began at or after the step did.</summary>
    public BlockCounts SinceStep => (_step.Before is { } before ? _history.Total - before : default) + Open(_step.Block);

    /// <summary>True when a test has rejected.</summary>
    public bool Failed => Threshold?.Rejection is not null || Comparison?.Rejection is not null;

    /// <summary>The index of a scrape target.</summary>
    public int TargetIndex(string target) => _targets.IndexOf(target);

    /// <summary>How many scrape targets are known.</summary>
    public int TargetCount => _targets.Count;

    /// <summary>The target was scraped then.</summary>
    public void SeeTarget(int target, long timestampMs) => _targets.See(target, timestampMs);

    /// <summary>A counter's next sample, newer than the one before.</summary>
    public void Observe(ref CounterState counter, long timestampMs, long value)
    {
        var (previousMs, previous) = (counter.NewestMs, counter.Value);
        (counter.NewestMs, counter.Value) = (timestampMs, value);
        var block = BlockOf(timestampMs);
        _targets.See(counter.Target, counter.Arm, timestampMs, block);
        _newestBlock = Math.Max(_newestBlock, block);
        NewestMs = counter.Arm == Arm.Canary
            ? (Math.Max(NewestMs.Canary ?? 0, timestampMs), NewestMs.Stable)
            : (NewestMs.Canary, Math.Max(NewestMs.Stable ?? 0, timestampMs));
        _dirty = true;
        if (timestampMs < _countFromMs || !_hasBegun)
        {
            return;
        }

        if (previousMs == CounterState.Never)
        {
            _firsts.Add((counter.Target, counter));
        }
        else if (previousMs >= _oldestBaselineMs)
        {
            // A counter that fell was reset: its process started again from 0.
            if (value < previous)
            {
                _restarts.Fell(counter, previousMs, timestampMs);
                previous = 0;
            }

            _restarts.Rose(counter, previousMs, timestampMs, previous);
            Add(block, counter, value - previous);
        }
    }

    /// <summary>The counter is about to be seen to have started again from 0 since its newest sample.</summary>
    public void SeeRestart(CounterState counter, long timestampMs) => _restarts.Fell(counter, counter.NewestMs, timestampMs);

    /// <summary>The histogram that a bucket belongs to.</summary>
    public BucketPair PairOf(CounterSeries series)
    {
        var histogram = series with { TotalSign = 0, BadSign = 0 };
        return _pairs.TryGetValue(histogram, out var pair) ? pair : _pairs[histogram] = new(this, TargetIndex(series.Target), series.Arm);
    }

    /// <summary>One step's own metric counts from the step on, the first time that it is told. Samples before are baselines.</summary>
    public void Begin(long sinceMs)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _countFromMs = Math.Max(_countFromMs, sinceMs);
            _oldestBaselineMs = _countFromMs;
            _blocks = new(_countFromMs / _blockMs);
        }
    }

    /// <summary>From when <see cref="SinceStep"/> counts.</summary>
    public void MarkStep(long sinceMs)
    {
        var block = (Math.Max(0, sinceMs) + _blockMs - 1) / _blockMs;
        if (block != _step.Block)
        {
            _step = (block, block < _blocks.First ? _history.Before(block) : null);
        }
    }

    /// <summary>Brings the tests up to what was fed.</summary>
    public void Evaluate()
    {
        if (!_dirty)
        {
            return;
        }

        _dirty = false;
        Resolve();
        CloseThrough(_newestBlock - OpenCount);
        LookAhead();
    }

    /// <summary>Forgets all that was counted; counters must start from their next sample.</summary>
    public void Reset()
    {
        _blocks = new(_countFromMs / _blockMs);
        _history = new();
        _debt = default;
        _step = (_step.Block, null);
        _newestBlock = long.MinValue;
        _firsts.Clear();
        _targets.Forget();
        _restarts.Forget();
        NewestMs = (null, null);
        Start();
    }

    private void Start()
    {
        Threshold = CountedLimits.HasThreshold(Spec) ? new(new ThresholdTest(CountedLimits.AllowedRate(Spec)), _lnLimit) : null;
        Comparison = Spec.TolerateRatio is { } ratio ? new(new ComparisonTest(ratio), _lnLimit) : null;
    }

    private void Add(long block, CounterState counter, long increase)
    {
        if (_blocks.IsFullFor(block))
        {
            Resolve();
            CloseThrough(block - OpenBlocks.MaxOpen);
        }

        if (increase != 0)
        {
            _blocks.Add(block, counter.Arm, counter.TotalSign * increase, counter.BadSign * increase);
        }
    }

    /// <summary>
    /// What can be said only when all counters of a scrape were seen, so that the order of feeding does not matter: first samples count from 0 on a target that was
    /// known before, and all of a process's counters were reset when one was.
    /// </summary>
    private void Resolve()
    {
        foreach (var (arm, timestampMs, total, bad) in _restarts.Resolve())
        {
            _blocks.Add(BlockOf(timestampMs), arm, total, bad);
        }

        if (_firsts.Count == 0)
        {
            return;
        }

        var firsts = _firsts.ToArray();
        _firsts.Clear();
        foreach (var (target, first) in firsts)
        {
            if (_targets.KnownSinceMs(target) < first.NewestMs && first.NewestMs - _blockMs >= _oldestBaselineMs)
            {
                Add(BlockOf(first.NewestMs), first, first.Value);
            }
        }
    }

    private void CloseThrough(long through)
    {
        while (_blocks.First <= through && _blocks.First <= _blocks.Last)
        {
            var block = _blocks.First;
            var counts = _blocks.CloseFirst().Settle(ref _debt);
            if (counts.IsEmpty)
            {
                continue;
            }

            var starts = StartsBegunAt(block);
            Threshold?.Close(starts, block, counts, _history);
            Comparison?.Close(starts, block, counts, _history);
            if (block >= _step.Block && _step.Before is null)
            {
                _step.Before = _history.Total;
            }

            _history.Add(block, counts);
        }

        _blocks.SkipTo(through + 1);
    }

    private void LookAhead()
    {
        Threshold?.Rewind();
        Comparison?.Rewind();
        var debt = _debt;
        var before = default(BlockCounts);
        var comparable = Comparison is null ? long.MinValue : _targets.ReachedByAll(_newestBlock - OpenCount);
        for (var block = _blocks.First; block <= _blocks.Last; block++)
        {
            var counts = _blocks[block].Settle(ref debt);
            if (counts.IsEmpty)
            {
                continue;
            }

            var starts = StartsBegunAt(block);
            Threshold?.LookAhead(starts, block, counts, _history, before);
            if (block <= comparable)
            {
                Comparison?.LookAhead(starts, block, counts, _history, before);
            }

            before += counts;
        }
    }

    private BlockCounts Open(long fromBlock)
    {
        var sum = default(BlockCounts);
        var debt = _debt;
        for (var block = _blocks.First; block <= _blocks.Last; block++)
        {
            var counts = _blocks[block].Settle(ref debt);
            sum += block >= fromBlock ? counts : default;
        }

        return sum;
    }

    private long StartsBegunAt(long block) => (((block * _blockMs) - (_countFromMs / _blockMs * _blockMs)) / StartSpacingMs) + 1;

    private long BlockOf(long timestampMs)
    {
        if (timestampMs < _cached.FromMs || timestampMs >= _cached.ToMs)
        {
            var block = timestampMs / _blockMs;
            _cached = (block * _blockMs, (block + 1) * _blockMs, block);
        }

        return _cached.Block;
    }
}
