using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Analysis.Prometheus.Sources;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class CounterEvidenceTests : EvidenceBed
{
    [Fact]
    public async Task A_healthy_canary_passes_on_what_was_scraped()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(30, canaryGood: 10);

        var seen = Rig.Observe(request)!;
        Assert.Equal(300, seen.CanaryRequestsInStep);
        Assert.All(seen.Metrics, metric => Assert.Equal(Verdict.Passed, metric.Verdict));
    }

    [Fact]
    public async Task A_canary_that_fails_wakes_its_rollout_urgently_and_once()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        Rig.Waker.Take();

        await RunAsync(4, canaryBad: 10);

        Assert.Equal([request.Key], Rig.Waker.Take().Where(wake => wake.Urgent).Select(wake => wake.Key));
        Assert.Equal(Verdict.Failed, Rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Fact]
    public async Task A_judgement_that_stays_the_same_wakes_nobody()
    {
        await PastAsync(40);
        await TrackAsync();
        await RunAsync(30, canaryGood: 10);
        Rig.Waker.Take();

        await RunAsync(30, canaryGood: 10);

        Assert.Empty(Rig.Waker.Take());
    }

    [Fact]
    public async Task Evidence_rebuilt_after_a_restart_is_the_same_as_without_one()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(500, canaryGood: 9);
        Shop.Restart();
        await RunAsync(400, canaryGood: 18, canaryBad: 1);

        using var restarted = new EvidenceRig(Prometheus, Time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();

        var uninterrupted = Rig.Observe(request)!;
        Assert.Contains(uninterrupted.Metrics, metric => metric.Evidence > 0);
        Assert.Equal(uninterrupted, restarted.Observe(request));
    }

    [Fact]
    public async Task An_outage_of_the_provider_holds_and_leaves_no_gap()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(30, canaryGood: 10);
        Prometheus.Instead = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await RunAsync(90, canaryGood: 10);
        Assert.All(Rig.Observe(request)!.Metrics, metric => Assert.Equal(Verdict.ProviderError, metric.Verdict));

        Prometheus.Instead = null;
        await RunAsync(2, canaryGood: 10);

        var seen = Rig.Observe(request)!;
        Assert.Equal(1_220, seen.CanaryRequestsInStep);
        Assert.All(seen.Metrics, metric => Assert.Equal(Verdict.Passed, metric.Verdict));
    }

    [Fact]
    public async Task A_provider_that_hangs_is_given_up_at_the_deadline()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        var reached = new TaskCompletionSource();
        Prometheus.Instead = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };

        var tick = Rig.Ticks.TickAsync(CancellationToken.None);
        await reached.Task;
        Time.Advance(TimeSpan.FromSeconds(5));
        await tick;

        Assert.All(Rig.Observe(request)!.Metrics, metric => Assert.Equal(Verdict.ProviderError, metric.Verdict));
    }

    [Fact]
    public async Task Nothing_passes_while_the_past_is_still_being_read()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(1_300, canaryGood: 10);

        using var restarted = new EvidenceRig(Prometheus, Time);
        restarted.Evidence.Track(request);
        var verdicts = new List<Verdict>();
        while (await restarted.CatchUp.StepAsync(CancellationToken.None) == true)
        {
            verdicts.Add(restarted.Observe(request)!.Metrics[0].Verdict);
        }

        Assert.True(verdicts.Count > 2, "a past of 1,300 s is read in pieces of 10 minutes");
        Assert.All(verdicts.SkipLast(1), verdict => Assert.NotEqual(Verdict.Passed, verdict));
        Assert.Equal(Verdict.Passed, verdicts[^1]);
    }

    [Fact]
    public async Task Edited_metrics_are_judged_on_the_whole_attempt()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(60, canaryGood: 99, canaryBad: 1);

        var edited = request with
        {
            Spec = request.Spec with
            {
                Analysis = request.Spec.Analysis with { Metrics = [EvidenceRig.SuccessRate with { Min = 0.95, TolerateRatio = null }, EvidenceRig.Latency] },
            },
        };
        Rig.Evidence.Track(edited);
        await Rig.CatchUpAsync();

        var seen = Rig.Observe(edited)!;
        Assert.Equal(6_000, seen.Metrics[0].Requests);
        Assert.Equal(Verdict.Passed, seen.Metrics[0].Verdict);
    }

    [Fact]
    public async Task Tracking_the_same_attempt_again_asks_for_nothing_again()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(10, canaryGood: 10);
        Prometheus.Asked.Clear();

        Rig.Evidence.Track(request with { State = request.State with { StepIndex = 0, Message = "later" } });
        await Rig.CatchUpAsync();

        Assert.Empty(Prometheus.Asked);
    }

    [Fact]
    public async Task The_scrape_interval_is_found_from_the_samples()
    {
        for (var at = Start; at < Start.AddSeconds(150); at = at.AddSeconds(15))
        {
            Shop.Count("v1", 10).Scrape(at);
            Time.SetUtcNow(at);
        }

        var request = await TrackAsync();
        Assert.Equal(TimeSpan.FromSeconds(15), Rig.Book.Locked(tracked => tracked[request.Key].Plan.ScrapeInterval));
    }

    [Fact]
    public async Task A_forgotten_rollout_is_not_asked_for()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        Rig.Evidence.Forget(request.Key);
        Prometheus.Asked.Clear();

        await Rig.TickAsync();

        Assert.Empty(Prometheus.Asked);
        Assert.Null(Rig.Observe(request));
    }

    [Fact]
    public async Task While_the_buckets_of_the_histogram_are_not_known_no_request_counts_as_slow()
    {
        // A Prometheus that has just started: the first samples come before anybody could ask for the bounds.
        Prometheus.Instead = async context =>
        {
            var isLabels = context.Request.Path.Value!.Contains("/label/", StringComparison.Ordinal);
            await (isLabels ? context.Response.WriteAsync("""{"status":"success","data":[]}""") : Task.CompletedTask);
            return isLabels;
        };
        await PastAsync(5);
        var request = await TrackAsync();
        await RunAsync(3, canaryGood: 10);
        Assert.Equal(Verdict.NoData, Rig.Observe(request)!.Metrics[1].Verdict);

        Prometheus.Instead = null;
        await RunAsync(10, canaryGood: 10);

        var latency = Rig.Observe(request)!.Metrics[1];
        Assert.Equal((Verdict.Passed, 130L), (latency.Verdict, latency.Requests));
    }

    [Fact]
    public async Task An_answer_that_was_asked_for_before_the_buckets_changed_is_not_counted()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        var batches = Rig.Book.PlanLive();
        Rig.Book.SetBounds(CounterSources.Of(request).Source, KnownBounds.OfAll(HistogramBounds.FromLabels(["0.1", "0.2", "1", "+Inf"])));
        Rig.Book.Locked(tracked => tracked[request.Key].Live = true);

        await Rig.Sampler.SampleAsync(batches, lookAtAll: true, CancellationToken.None);

        Assert.DoesNotContain(Rig.Observe(request)!.Metrics, metric => metric.Verdict == Verdict.Failed);
    }
}
