using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>Samples that are true, and would mislead who takes each for itself: half histograms, what an attempt before left, what a step did not ask for.</summary>
public sealed class MisleadingSamplesTests : EvidenceBed
{
    [Fact]
    public async Task A_gateway_with_other_buckets_makes_no_request_slow()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        var other = new FakeGatewayCounters(Prometheus, "shop", "127.0.0.1:9092", 0.1, 1);
        for (var second = 0; second < 20; second++)
        {
            other.Count("v1", 90).Count("v2", 10).Scrape(Time.GetUtcNow());
            await RunAsync(1, canaryGood: 10);
        }

        var seen = Rig.Observe(request)!;
        Assert.DoesNotContain(seen.Metrics, metric => metric.Verdict == Verdict.Failed);
        Assert.Equal((Verdict.Passed, 200L), (seen.Metrics[1].Verdict, seen.Metrics[1].Requests));
    }

    [Fact]
    public async Task Two_gateways_at_one_address_in_two_clusters_are_two()
    {
        // An earlier attempt of v2 left its failures in the counters of both.
        var other = new FakeGatewayCounters(Prometheus, "shop") { Cluster = "b" };
        Shop.Count("v2", 0, 500);
        other.Count("v2", 0, 500);
        EvidenceRequest? request = null;
        for (var second = 0; second <= 300; second += 15)
        {
            Time.SetUtcNow(Start.AddSeconds(second));
            Shop.Count("v1", 1_350).Count("v2", request is null ? 0 : 150).Scrape(Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(400));
            other.Count("v1", 1_350).Count("v2", request is null ? 0 : 150).Scrape(Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(100));
            if (second == 150)
            {
                var first = EvidenceRig.Request(Time.GetUtcNow());
                request = first with { State = first.State with { Attempt = 2 } };
                Rig.Evidence.Track(request);
            }

            await Rig.TickAsync();
        }

        Assert.Equal(TimeSpan.FromSeconds(15), Rig.Book.Locked(tracked => tracked[request!.Key].Plan.ScrapeInterval));
        Assert.All(Rig.Observe(request!)!.Metrics, metric => Assert.Equal((Verdict.Passed, 2_700L), (metric.Verdict, metric.Requests)));
    }

    [Fact]
    public async Task A_counter_that_cannot_be_used_in_one_bucket_makes_no_request_slow()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        Prometheus.Add(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__name__"] = "canary_gateway_request_duration_seconds_bucket",
                ["job"] = "gateway",
                ["instance"] = "127.0.0.1:9091",
                ["route"] = "shop",
                ["version"] = "v2",
                ["cluster"] = "",
                ["le"] = "+Inf",
            },
            Time.GetUtcNow().AddMilliseconds(500).ToUnixTimeMilliseconds(),
            1_000);
        await RunAsync(5, canaryGood: 10);

        Assert.DoesNotContain(Rig.Observe(request)!.Metrics, metric => metric.Verdict == Verdict.Failed);
    }

    [Fact]
    public async Task A_retry_is_not_judged_by_the_last_failures_of_the_attempt_before()
    {
        for (var second = 0; second <= 120; second += 15)
        {
            Time.SetUtcNow(Start.AddSeconds(second));
            Shop.Count("v1", 1_350).Count("v2", 100, 50).Scrape(Time.GetUtcNow());
        }

        // The attempt before failed until it was rolled back; the retry's traffic comes within the same scrape interval.
        Time.Advance(TimeSpan.FromSeconds(5));
        Shop.Count("v2", 0, 40);
        Time.Advance(TimeSpan.FromSeconds(5));
        var first = EvidenceRig.Request(Time.GetUtcNow());
        var request = first with { State = first.State with { Attempt = 2 } };
        Rig.Evidence.Track(request);
        Shop.Count("v2", 50);
        for (var second = 135; second <= 180; second += 15)
        {
            Time.SetUtcNow(Start.AddSeconds(second));
            Shop.Scrape(Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Rig.TickAsync();
            Shop.Count("v1", 1_350).Count("v2", 150);
        }

        var seen = Rig.Observe(request)!;
        Assert.All(seen.Metrics, metric => Assert.Equal((Verdict.Passed, 450L), (metric.Verdict, metric.Requests)));
    }

    [Fact]
    public async Task A_steps_own_metric_is_judged_by_what_came_at_that_step()
    {
        await PastAsync(40);
        var first = EvidenceRig.Request(Time.GetUtcNow(), metrics: EvidenceRig.SuccessRate);
        var request = first with
        {
            State = first.State with { Plan = [first.State.Plan[0], first.State.Plan[0] with { Metrics = [EvidenceRig.Latency] }] },
        };
        Rig.Evidence.Track(request);
        await Rig.CatchUpAsync();

        // With its caches cold the canary is slow, which nobody asked about at the first step.
        await RunSlowAsync(20, canarySeconds: 0.7);
        request = request with { State = request.State with { StepIndex = 1, StepSince = Time.GetUtcNow() } };
        Rig.Evidence.Track(request);
        await RunAsync(20, canaryGood: 10);

        var seen = Rig.Observe(request)!;
        Assert.Equal((Verdict.Passed, 190L), (seen.Metrics[1].Verdict, seen.Metrics[1].Requests));
        Assert.Equal(Verdict.Passed, seen.Metrics[0].Verdict);
        using var restarted = new EvidenceRig(Prometheus, Time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();
        Assert.Equal(seen, restarted.Observe(request));

        await RunSlowAsync(5, canarySeconds: 0.7);
        Assert.Equal(Verdict.Failed, Rig.Observe(request)!.Metrics[1].Verdict);
    }

    private async Task RunSlowAsync(int seconds, double canarySeconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(960));
            Shop.Count("v1", 90).Count("v2", 10, seconds: canarySeconds).Scrape(Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(40));
            await Rig.TickAsync();
        }
    }
}
