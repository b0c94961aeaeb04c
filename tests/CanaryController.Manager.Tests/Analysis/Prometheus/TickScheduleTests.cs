using CanaryController.Manager.Analysis.Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class TickScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 30)]
    [InlineData(1_000, 250)]
    [InlineData(1_000, 700)]
    [InlineData(5_000, 1_500)]
    [InlineData(15_000, 0)]
    [InlineData(15_000, 900)]
    public void Samples_are_found_soon_after_they_are_stored(int intervalMs, int storedAfterMs)
    {
        var (late, looks) = Simulate(intervalMs, storedAfterMs, scrapes: 200);

        var settled = late.Skip(60).Order().ToList();
        Assert.InRange(settled[settled.Count / 2], 0, 200);
        Assert.InRange(settled[^1], 0, 800);
        Assert.InRange(looks, 1, 300);
    }

    [Fact]
    public void A_clock_that_is_behind_the_providers_is_learnt()
    {
        var (late, _) = Simulate(1_000, storedAfterMs: -300, scrapes: 400);
        Assert.InRange(late.Skip(300).Max(), 0, 300);
    }

    [Fact]
    public void Looks_never_follow_each_other_faster_than_half_an_interval_but_for_missing_samples()
    {
        var schedule = new TickSchedule();
        var targets = Enumerable.Range(0, 10).Select(n => Scraped($"t{n}", 1_000, n * 100)).ToList();
        var tick = Start.AddSeconds(10);
        for (var look = 0; look < 50; look++)
        {
            foreach (var (target, n) in targets.Select((target, n) => (target, n)))
            {
                for (var at = Start.AddMilliseconds(n * 100); at <= tick; at = at.AddSeconds(1))
                {
                    target.Seen(at.ToUnixTimeMilliseconds());
                }
            }

            var next = schedule.Next(targets, tick);
            Assert.InRange((next - tick).TotalMilliseconds, 500, 1_000);
            tick = next;
        }
    }

    [Fact]
    public void A_target_that_died_does_not_keep_the_looks_coming()
    {
        var schedule = new TickSchedule();
        var target = Scraped("dead", 1_000, 0);
        var tick = DateTimeOffset.FromUnixTimeMilliseconds(target.LastMs).AddMilliseconds(40);
        var looks = 0;
        for (; tick < Start.AddMinutes(5); looks++)
        {
            tick = schedule.Next([target], tick);
        }

        Assert.InRange(looks, 200, 320);
    }

    [Fact]
    public void The_interval_survives_a_missed_scrape()
    {
        var target = new ScrapeTarget("a");
        foreach (var second in (int[])[0, 5, 10, 20, 25, 30, 45])
        {
            target.Seen(Start.AddSeconds(second).ToUnixTimeMilliseconds());
        }

        Assert.Equal(5_000, target.IntervalMs);
    }

    private static ScrapeTarget Scraped(string name, int intervalMs, int phaseMs)
    {
        var target = new ScrapeTarget(name);
        for (var scrape = 0; scrape < 5; scrape++)
        {
            target.Seen(Start.AddMilliseconds(phaseMs + (scrape * intervalMs)).ToUnixTimeMilliseconds());
        }

        return target;
    }

    /// <summary>Scrapes with jitter that are stored some time after their timestamps, and looks at the moments that the schedule says.</summary>
    private static (List<double> LateMs, int Looks) Simulate(int intervalMs, int storedAfterMs, int scrapes)
    {
        var random = new Random(11);
        var schedule = new TickSchedule();
        var target = new ScrapeTarget("a");
        var stored = Enumerable.Range(0, scrapes)
            .Select(n => Start.AddMilliseconds((n * intervalMs) + random.Next(-2, 3)))
            .Select(at => (At: at, Stored: at.AddMilliseconds(storedAfterMs + random.Next(0, 10)))).ToList();
        var late = new List<double>();
        var (seen, looks) = (0, 0);
        for (var tick = Start; seen < scrapes - 1; looks++)
        {
            for (; seen < scrapes && stored[seen].Stored <= tick; seen++)
            {
                target.Seen(stored[seen].At.ToUnixTimeMilliseconds());
                late.Add((tick - stored[seen].Stored).TotalMilliseconds);
            }

            tick = schedule.Next([target], tick);
        }

        return (late, looks);
    }
}
