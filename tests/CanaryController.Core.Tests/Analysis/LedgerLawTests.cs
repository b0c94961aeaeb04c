using CanaryController.Core.Analysis;
using CsCheck;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Laws of the ledger over random scrapes: how they arrive makes no difference.</summary>
public class LedgerLawTests
{
    private const int Seconds = 90;

    private static readonly Gen<(int Seed, int Feeds)> Runs = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[2, 9]);

    [Fact]
    public void Any_batching_overlap_and_order_of_counters_gives_bit_identical_evidence() => Runs.Sample(
        run =>
        {
            var samples = Scrapes(new(run.Seed), canaryBadRate: 0.01);
            var live = Ledger();
            var liveFailed = false;
            foreach (var scrape in samples)
            {
                Feed(live, scrape);
                liveFailed |= live.AnyFailed;
            }

            var rebuilt = Ledger();
            var random = new Random(run.Seed + 1);
            foreach (var batch in Batches(samples, run.Feeds, random))
            {
                Feed(rebuilt, batch);
                _ = random.Next(2) == 0 && rebuilt.AnyFailed;
            }

            var (a, b) = (Judge(live), Judge(rebuilt));
            Assert.Equal(Bits(a, liveFailed), Bits(b, liveFailed));
            Assert.True(liveFailed || !rebuilt.AnyFailed, "A rebuild looks at fewer moments than a live ledger, never at more.");
        },
        iter: 300);

    [Fact]
    public void A_rebuild_of_one_counter_after_the_other_says_the_same() => Runs.Sample(
        run =>
        {
            var samples = Scrapes(new(run.Seed), canaryBadRate: 0.01);
            var live = Ledger();
            foreach (var scrape in samples)
            {
                Feed(live, scrape);
                _ = live.AnyFailed;
            }

            var rebuilt = Ledger();
            foreach (var series in samples.SelectMany(static scrape => scrape).GroupBy(static sample => sample.Series).Reverse())
            {
                Feed(rebuilt, series);
            }

            Assert.Equal(Bits(Judge(live), live.AnyFailed), Bits(Judge(rebuilt), live.AnyFailed));
        },
        iter: 200);

    [Fact]
    public void Scrapes_that_come_up_to_three_blocks_late_make_no_difference() => Runs.Sample(
        run =>
        {
            var random = new Random(run.Seed);
            var samples = Scrapes(random, canaryBadRate: 0.01);
            var punctual = Ledger();
            var late = Ledger();
            var arrivals = samples.Select(scrape => (Scrape: scrape, At: scrape[0].TimestampMs + Delay(scrape[0].Series.Target))).OrderBy(static scrape => scrape.At);
            foreach (var (scrape, _) in arrivals)
            {
                Feed(late, scrape);
                _ = late.AnyFailed;
            }

            foreach (var scrape in samples)
            {
                Feed(punctual, scrape);
                _ = punctual.AnyFailed;
            }

            Assert.Equal(Bits(Judge(punctual), true), Bits(Judge(late), true));

            long Delay(string target) => (run.Seed + target.Length) % 2 == 0 ? 0 : 1_900;
        },
        iter: 200);

    [Fact]
    public void A_failure_is_latched() => Runs.Sample(
        run =>
        {
            var ledger = Ledger();
            var failed = 0;
            foreach (var scrape in Scrapes(new(run.Seed), canaryBadRate: 0.03))
            {
                Feed(ledger, scrape);
                Assert.True(ledger.FailedCount >= failed);
                failed = ledger.FailedCount;
            }

            Assert.Equal(failed > 0, Judge(ledger).Metrics.Any(static metric => metric.Verdict == Verdict.Failed));
        },
        iter: 200);

    [Fact]
    public void Counts_are_the_true_increases_whatever_resets_there_were() => Runs.Sample(
        run =>
        {
            var random = new Random(run.Seed);
            var ledger = Ledger();
            var (value, truth) = (0L, 0L);
            for (var second = 0; second <= Seconds; second++)
            {
                // A restart between two scrapes loses what was counted before it in that interval; what is seen of the new process counts in full.
                var restarted = second > 0 && random.Next(10) == 0;
                var before = value;
                var increase = random.Next(100);
                value = restarted ? Math.Min(increase, before) : value + increase;
                truth += second == 0 ? 0 : restarted && value < before ? value : value - before;
                ledger.Observe(new CounterSample(Series("success-rate", Arm.Canary, "pod", bad: false), Ms(second), value));
            }

            Assert.Equal(truth, Judge(ledger, since: 0).Metrics[0].Requests);
        },
        iter: 300);

    private static EvidenceLedger Ledger() => new LedgerFeed(Compared).Ledger;

    private static AnalysisObservation Judge(EvidenceLedger ledger, double since = 20) => ledger.Judge(new("v2", 1, 0, At(since), 0, [Compared], At(Seconds)));

    /// <summary>Evidence bit by bit, and the counts. Once failed, the sentence tells of the moment it was seen, which depends on when one looked.</summary>
    private static (long Evidence, long Requests, double? Value, double? Stable, string Message) Bits(AnalysisObservation seen, bool failed)
    {
        var metric = seen.Metrics[0];
        return (failed ? 0 : BitConverter.DoubleToInt64Bits(metric.Evidence), metric.Requests, metric.Value, metric.StableValue, failed ? "" : metric.Message);
    }

    /// <summary>Scrapes in the order of their timestamps: five targets with offsets of their own, resets, pods that come and go, codes that first appear later.</summary>
    private static List<CounterSample[]> Scrapes(Random random, double canaryBadRate)
    {
        var scrapes = new List<CounterSample[]>();
        for (var target = 0; target < 5; target++)
        {
            var name = "pod" + new string('x', target);
            var arms = target == 4 ? [Arm.Canary, Arm.Stable] : new[] { target < 2 ? Arm.Canary : Arm.Stable };
            var offset = random.NextDouble() * 0.99;
            var (from, to) = (random.Next(-5, 20), random.Next(60, Seconds + 1));
            var values = new Dictionary<CounterSeries, long>();
            for (var second = from; second < to; second++)
            {
                var restarted = random.Next(40) == 0;
                var scrape = new List<CounterSample>();
                foreach (var arm in arms)
                {
                    var (total, bad) = Draw.Requests(random, 20, arm == Arm.Canary ? canaryBadRate : 0.01);
                    Raise(Series("success-rate", arm, name, bad: false), total - bad, restarted, values, scrape, second + offset);
                    Raise(Series("success-rate", arm, name, bad: true), bad, restarted, values, scrape, second + offset);
                }

                if (scrape.Count > 0 && random.Next(15) > 0)
                {
                    scrapes.Add([.. scrape]);
                }
            }
        }

        return [.. scrapes.OrderBy(static scrape => scrape[0].TimestampMs)];
    }

    private static void Raise(
        CounterSeries series, long increase, bool restarted, Dictionary<CounterSeries, long> values, List<CounterSample> scrape, double seconds)
    {
        if (values.TryGetValue(series, out var value) || increase > 0)
        {
            values[series] = restarted ? increase : value + increase;
            scrape.Add(new(series, Ms(seconds), values[series]));
        }
    }

    /// <summary>Windows in time, each reaching back into the one before, each counter by counter in random order.</summary>
    private static IEnumerable<CounterSample[]> Batches(List<CounterSample[]> scrapes, int count, Random random)
    {
        var previous = 0;
        for (var batch = 1; batch <= count; batch++)
        {
            var next = batch == count ? scrapes.Count : previous + random.Next(scrapes.Count - previous);
            var from = Math.Max(0, previous - random.Next(20));
            yield return [.. scrapes[from..next].SelectMany(static scrape => scrape)
                .GroupBy(static sample => sample.Series).OrderBy(_ => random.Next()).SelectMany(static series => series)];
            previous = next;
        }
    }

    private static void Feed(EvidenceLedger ledger, IEnumerable<CounterSample> samples)
    {
        foreach (var sample in samples)
        {
            ledger.Observe(sample);
        }
    }
}
