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
            Scrape(targets, 100, tick);
            var next = schedule.Next(targets, tick);
            Assert.InRange((next - tick).TotalMilliseconds, 500, 1_000);
            tick = next;
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(500)]
    [InlineData(900)]
    public void Two_targets_have_a_look_each(int apartMs)
    {
        var schedule = new TickSchedule();
        var targets = new[] { Scraped("a", 1_000, 0), Scraped("b", 1_000, apartMs) };
        var tick = Start.AddSeconds(5);
        for (var look = 0; look < 60; look++)
        {
            Scrape(targets, apartMs, tick);
            tick = schedule.Next(targets, tick);
            var phase = (tick - Start).TotalMilliseconds;
            Assert.InRange(Math.Min(Distance(phase), Distance(phase - apartMs)), 0, 100);
        }

        Assert.InRange((tick - Start).TotalSeconds, 30, 37);

        static double Distance(double ms) => Math.Abs(ms - (1_000 * Math.Round(ms / 1_000)));
    }

    [Fact]
    public void Evidence_that_is_about_to_decide_has_a_few_looks_more()
    {
        var schedule = new TickSchedule();
        var targets = Enumerable.Range(0, 10).Select(n => Scraped($"t{n}", 1_000, n * 100)).ToList();
        var gaps = new List<double>();
        var tick = Start.AddSeconds(10);
        for (var look = 0; look < 100; look++)
        {
            Scrape(targets, 100, tick);
            var next = schedule.Next(targets, tick, isClose: true);
            gaps.Add((next - tick).TotalMilliseconds);
            tick = next;
        }

        Assert.All(gaps.Take(4), gap => Assert.InRange(gap, 100, 200));
        Assert.InRange(gaps[4], 500, 700);
        var seconds = gaps.Sum() / 1_000;
        Assert.InRange(100 / seconds, 1.5, 2.5);
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

    /// <summary>Everything up to a moment, each second, one target after the other.</summary>
    private static void Scrape(IReadOnlyList<ScrapeTarget> targets, int apartMs, DateTimeOffset to)
    {
        for (var n = 0; n < targets.Count; n++)
        {
            for (var at = Start.AddMilliseconds(n * apartMs); at <= to; at = at.AddSeconds(1))
            {
                targets[n].Seen(at.ToUnixTimeMilliseconds());
            }
        }
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
