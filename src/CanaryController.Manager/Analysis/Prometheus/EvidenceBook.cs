using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis.Prometheus.Sources;
using CanaryController.Manager.Outbound;
using CanaryController.Resources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>All evidence: who is tracked, the ledgers, and which series feeds which.</summary>
/// <remarks>
/// Threads: reconcilers track and ask, the sampler and the catch-up plan queries and fold answers. One lock guards everything in here; it is never held over I/O,
/// and a whole answer is folded under it, because a scrape that is half fed misleads. Folding 1,000 rollouts' answer takes some tens of milliseconds, which a
/// reconciler may wait; a single rollout's takes microseconds. Wakers are called after the lock is released.
/// </remarks>
internal sealed class EvidenceBook
{
    private static readonly TimeSpan UnknownInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly BatchPlanner _planner = new();
    private readonly Dictionary<RolloutKey, TrackedRollout> _tracked = [];
    private readonly SourceTable _sources = new();

    public EvidenceBook(TimeProvider time) => _time = time;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Tracks a rollout. True when a new ledger has to be filled.</summary>
    public bool Track(EvidenceRequest request)
    {
        lock (_lock)
        {
            if (request.State is not { TrafficSince: not null, CanaryRevision: not null } || !request.JudgesAnything)
            {
                Remove(request.Key);
                return false;
            }

            if (_tracked.TryGetValue(request.Key, out var known)
                && known.IsSameAttempt(request)
                && TrackedRollout.PlanOf(request, known.Plan.ScrapeInterval) == known.Plan)
            {
                known.Continue(request);
                return false;
            }

            Replace(request);
            return true;
        }
    }

    /// <summary>Stops tracking.</summary>
    public void Forget(RolloutKey key)
    {
        lock (_lock)
        {
            Remove(key);
        }
    }

    /// <summary>What the evidence says; null when this attempt is not tracked.</summary>
    public AnalysisObservation? Observe(RolloutKey key, RolloutState state, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _tracked.TryGetValue(key, out var rollout)
                && rollout.Request.State.CanaryRevision == state.CanaryRevision
                && rollout.Request.State.Attempt == state.Attempt
                    ? rollout.Judge(state, now)
                    : null;
        }
    }

    /// <summary>The queries of a tick: all rollouts whose past is there.</summary>
    public IReadOnlyList<CounterBatch> PlanLive()
    {
        lock (_lock)
        {
            return _planner.Live(_tracked.Values, NowMs);
        }
    }

    /// <summary>The queries for one piece of the past of some rollouts, the oldest first; empty when nobody is behind.</summary>
    public IReadOnlyList<CounterBatch> PlanBehind()
    {
        lock (_lock)
        {
            return _planner.Behind(_tracked.Values, NowMs);
        }
    }

    /// <summary>Feeds an answer to the ledgers.</summary>
    /// <returns>How the reading ended, the new samples, the newest one's timestamp and who has to be woken at once.</returns>
    public FoldResult Fold(CounterBatch batch, PooledBody body)
    {
        lock (_lock)
        {
            var fold = new CounterFold(_sources.Of(batch.Source).Cache, batch);
            var read = QueryAnswerReader.Read(body.Span, fold);
            var now = _time.GetUtcNow();
            foreach (var rollout in batch.Rollouts)
            {
                if ((read.Problem ?? fold.ProblemOf(rollout)) is { } problem)
                {
                    rollout.Fail(batch.Kind, problem, now);
                    rollout.Fed = true;
                }
                else if (rollout.Live == batch.Live)
                {
                    rollout.Cover(batch.Kind, batch.ToMs, now);
                }
            }

            return new(read, fold.NewSamples, fold.NewestMs, NewFailures(batch.Rollouts));
        }
    }

    /// <summary>A query had no answer: says so to the ledgers, and asks for less at once from now on when the answer was too large.</summary>
    public void Fail(CounterBatch batch, QueryResult result)
    {
        lock (_lock)
        {
            // Others wait behind a piece of the past that could not be read: it is the same to them.
            var now = _time.GetUtcNow();
            foreach (var rollout in batch.Live ? batch.Rollouts : _tracked.Values.Where(rollout => !rollout.Live))
            {
                rollout.Fail(batch.Kind, result.Problem!, now);
                rollout.Fed = true;
            }

            if (result.Outcome == QueryOutcome.TooLarge)
            {
                _planner.AskForLess(batch);
            }
        }
    }

    /// <summary>
    /// After all answers of a tick: who is behind or caught up, whose scrape interval or bounds turned out different, and whose judgement changed.
    /// </summary>
    public IReadOnlyList<Wake> Settle(IReadOnlyList<CounterBatch> batches, bool lookAtAll)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var nowMs = now.ToUnixTimeMilliseconds();
            var wakes = new List<Wake>();
            foreach (var rollout in batches.SelectMany(batch => batch.Rollouts).Distinct())
            {
                if (_tracked.GetValueOrDefault(rollout.Request.Key) != rollout)
                {
                    continue;
                }

                if (IsOutdated(rollout, nowMs))
                {
                    Replace(rollout.Request);
                    continue;
                }

                var live = BatchPlanner.IsRecent(rollout, nowMs);
                rollout.Fed |= live != rollout.Live || lookAtAll;
                rollout.Live = live;
            }

            foreach (var rollout in _tracked.Values)
            {
                if (rollout.Fed)
                {
                    rollout.Fed = false;
                    Look(rollout, now, wakes);
                }
            }

            return wakes;
        }
    }

    /// <summary>When the next look is due; see <see cref="TickSchedule"/>.</summary>
    public DateTimeOffset NextTick(TickSchedule schedule, DateTimeOffset lastTick)
    {
        lock (_lock)
        {
            return schedule.Next(_sources.Targets, lastTick, _tracked.Values.Any(rollout => rollout.IsClose));
        }
    }

    /// <summary>A source's bounds as they were read; rollouts that would choose other ones are filled anew. What is known now, null when that is what was known before.</summary>
    public KnownBounds? SetBounds(CounterSource source, KnownBounds bounds)
    {
        lock (_lock)
        {
            if (!_sources.Of(source).Learn(bounds))
            {
                return null;
            }

            var known = _sources.Of(source).Bounds;
            var outdated = _tracked.Values.Where(rollout => rollout.Counted.Source.Equals(source) && !rollout.HasBoundsOf(known.Of(rollout.Counted))).Select(rollout => rollout.Request).ToList();
            outdated.ForEach(Replace);
            return known;
        }
    }

    /// <summary>The sources whose rollouts are judged by durations.</summary>
    public IReadOnlyList<BoundsNeed> NeedsBounds()
    {
        lock (_lock)
        {
            return [.. _tracked.Values.Where(rollout => rollout.HasDurations).GroupBy(rollout => rollout.Counted.Source).Select(each => BoundsNeed.Of(_sources.Of(each.Key), each))];
        }
    }

    /// <summary>Runs <paramref name="use"/> over the rollouts tracked now, under the lock: keep it short, do no I/O.</summary>
    public T Locked<T>(Func<IReadOnlyDictionary<RolloutKey, TrackedRollout>, T> use)
    {
        lock (_lock)
        {
            return use(_tracked);
        }
    }

    /// <summary>Drops what nobody needs any more.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            var beforeMs = NowMs - (long)TimeSpan.FromMinutes(15).TotalMilliseconds;
            _sources.Sweep(beforeMs);
        }
    }

    private static bool IsOutdated(TrackedRollout rollout, long nowMs) =>
        rollout.Slots.IntervalMs(nowMs) is { } interval && interval != (int)rollout.Plan.ScrapeInterval.TotalMilliseconds;

    private void Replace(EvidenceRequest request)
    {
        var signal = _tracked.TryGetValue(request.Key, out var old) && old.IsSameAttempt(request) ? old.Signal : default;
        Remove(request.Key);
        var counted = CounterSources.Of(request);
        var series = _sources.Of(counted.Source);
        var slots = series.SlotsOf(counted);
        var interval = slots.IntervalMs(NowMs) is { } known ? TimeSpan.FromMilliseconds(known) : UnknownInterval;
        var rollout = new TrackedRollout(request, TrackedRollout.PlanOf(request, interval), new(counted, slots, series.BoundsOf(counted))) { Signal = signal };
        _tracked.Add(request.Key, rollout);
        slots.Join(rollout);
    }

    private void Remove(RolloutKey key)
    {
        if (_tracked.Remove(key, out var rollout))
        {
            rollout.Slots.Leave(rollout);
        }
    }

    private static List<Wake> NewFailures(IReadOnlyList<TrackedRollout> rollouts)
    {
        var wakes = new List<Wake>();
        foreach (var rollout in rollouts)
        {
            if (rollout.Fed && rollout.Ledger.AnyFailed && rollout.Ledger.FailedCount > rollout.Signal.Failed)
            {
                rollout.Signal = rollout.Signal with { Failed = rollout.Ledger.FailedCount };
                wakes.Add(new(rollout.Request.Key, true));
            }
        }

        return wakes;
    }

    private static void Look(TrackedRollout rollout, DateTimeOffset now, List<Wake> wakes)
    {
        var state = rollout.Request.State;
        var minRequests = state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex].MinRequests : 0;
        var seen = rollout.Judge(state, now);
        var signal = JudgementSignal.Of(seen, rollout.Ledger.FailedCount, minRequests);
        rollout.IsClose = signal.Failed == 0 && seen.Metrics.Any(metric => metric.Evidence > metric.EvidenceLimit / 2 && metric.EvidenceLimit > 0);
        if (signal != rollout.Signal)
        {
            wakes.Add(new(rollout.Request.Key, signal.Failed > rollout.Signal.Failed));
            rollout.Signal = signal;
        }
    }
}
