using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class CounterEvidenceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private FakePrometheus _prometheus = null!;
    private EvidenceRig _rig = null!;
    private FakeGatewayCounters _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync(_time);
        _rig = new EvidenceRig(_prometheus, _time);
        _shop = new FakeGatewayCounters(_prometheus, "shop");
    }

    public async ValueTask DisposeAsync()
    {
        _rig.Dispose();
        await _prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_healthy_canary_passes_on_what_was_scraped()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(30, canaryGood: 10);

        var seen = _rig.Observe(request)!;
        Assert.Equal(300, seen.CanaryRequestsInStep);
        Assert.All(seen.Metrics, metric => Assert.Equal(Verdict.Passed, metric.Verdict));
    }

    [Fact]
    public async Task A_canary_that_fails_wakes_its_rollout_urgently_and_once()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        _rig.Waker.Take();

        await RunAsync(4, canaryBad: 10);

        Assert.Equal([request.Key], _rig.Waker.Take().Where(wake => wake.Urgent).Select(wake => wake.Key));
        Assert.Equal(Verdict.Failed, _rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Fact]
    public async Task A_judgement_that_stays_the_same_wakes_nobody()
    {
        await PastAsync(40);
        await TrackAsync();
        await RunAsync(30, canaryGood: 10);
        _rig.Waker.Take();

        await RunAsync(30, canaryGood: 10);

        Assert.Empty(_rig.Waker.Take());
    }

    [Fact]
    public async Task Evidence_rebuilt_after_a_restart_is_the_same_as_without_one()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(500, canaryGood: 9);
        _shop.Restart();
        await RunAsync(400, canaryGood: 18, canaryBad: 1);

        using var restarted = new EvidenceRig(_prometheus, _time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();

        var uninterrupted = _rig.Observe(request)!;
        Assert.Contains(uninterrupted.Metrics, metric => metric.Evidence > 0);
        Assert.Equal(uninterrupted, restarted.Observe(request));
    }

    [Fact]
    public async Task An_outage_of_the_provider_holds_and_leaves_no_gap()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(30, canaryGood: 10);
        _prometheus.Instead = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await RunAsync(90, canaryGood: 10);
        Assert.All(_rig.Observe(request)!.Metrics, metric => Assert.Equal(Verdict.ProviderError, metric.Verdict));

        _prometheus.Instead = null;
        await RunAsync(2, canaryGood: 10);

        var seen = _rig.Observe(request)!;
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
        _prometheus.Instead = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };

        var tick = _rig.Ticks.TickAsync(CancellationToken.None);
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(5));
        await tick;

        Assert.All(_rig.Observe(request)!.Metrics, metric => Assert.Equal(Verdict.ProviderError, metric.Verdict));
    }

    [Fact]
    public async Task Nothing_passes_while_the_past_is_still_being_read()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(1_300, canaryGood: 10);

        using var restarted = new EvidenceRig(_prometheus, _time);
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
        _rig.Evidence.Track(edited);
        await _rig.CatchUpAsync();

        var seen = _rig.Observe(edited)!;
        Assert.Equal(6_000, seen.Metrics[0].Requests);
        Assert.Equal(Verdict.Passed, seen.Metrics[0].Verdict);
    }

    [Fact]
    public async Task Tracking_the_same_attempt_again_asks_for_nothing_again()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(10, canaryGood: 10);
        _prometheus.Asked.Clear();

        _rig.Evidence.Track(request with { State = request.State with { StepIndex = 0, Message = "later" } });
        await _rig.CatchUpAsync();

        Assert.Empty(_prometheus.Asked);
    }

    [Fact]
    public async Task The_scrape_interval_is_found_from_the_samples()
    {
        for (var at = Start; at < Start.AddSeconds(150); at = at.AddSeconds(15))
        {
            _shop.Count("v1", 10).Scrape(at);
            _time.SetUtcNow(at);
        }

        var request = await TrackAsync();
        Assert.Equal(TimeSpan.FromSeconds(15), _rig.Book.Locked(tracked => tracked[request.Key].Plan.ScrapeInterval));
    }

    [Fact]
    public async Task A_forgotten_rollout_is_not_asked_for()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        _rig.Evidence.Forget(request.Key);
        _prometheus.Asked.Clear();

        await _rig.TickAsync();

        Assert.Empty(_prometheus.Asked);
        Assert.Null(_rig.Observe(request));
    }

    [Fact]
    public async Task Rollouts_of_two_gateways_share_the_queries()
    {
        var cart = new FakeGatewayCounters(_prometheus, "cart", "10.0.0.2:9091");
        await PastAsync(40);
        var shop = await TrackAsync();
        var request = EvidenceRig.Request(_time.GetUtcNow(), "cart");
        _rig.Evidence.Track(request);
        for (var second = 0; second < 20; second++)
        {
            cart.Count("v1", 90).Count("v2", 20).Scrape(_time.GetUtcNow());
            await RunAsync(1, canaryGood: 10);
        }

        _prometheus.Asked.Clear();
        await _rig.Ticks.TickAsync(CancellationToken.None);

        Assert.Equal(2, _prometheus.Asked.Count);
        Assert.Equal(200, _rig.Observe(shop)!.CanaryRequestsInStep);
        Assert.InRange(_rig.Observe(request)!.CanaryRequestsInStep!.Value, 360, 400);
    }

    [Fact]
    public async Task A_thousand_routes_cost_at_most_four_queries_a_tick()
    {
        var counters = Enumerable.Range(0, 1_000).Select(n => new FakeGatewayCounters(_prometheus, $"{new string('r', 50)}-{n:0000}")).ToList();
        for (var at = Start; at <= Start.AddSeconds(6); at = at.AddSeconds(1))
        {
            counters.ForEach(each => each.Count("v1", 5).Count("v2", 5).Scrape(at));
            _time.SetUtcNow(at);
        }

        for (var n = 0; n < 1_000; n++)
        {
            _rig.Evidence.Track(EvidenceRig.Request(Start.AddSeconds(4), $"{new string('r', 50)}-{n:0000}"));
        }

        await _rig.CatchUpAsync();
        Assert.Equal(1_000, _rig.Book.Locked(tracked => tracked.Values.Count(rollout => rollout.Live)));
        _prometheus.Asked.Clear();

        await _rig.Ticks.TickAsync(CancellationToken.None);

        Assert.InRange(_prometheus.Asked.Count, 1, 4);
    }

    [Theory]
    [InlineData("""a"} or vector(1) or b{c="d""")]
    [InlineData("""a|b""")]
    [InlineData("""a.b*c\d""")]
    [InlineData("a\nb`c'd")]
    public async Task A_route_with_any_name_is_only_a_name(string route)
    {
        var odd = new FakeGatewayCounters(_prometheus, route);
        var plain = new FakeGatewayCounters(_prometheus, "a");
        for (var at = Start; at <= Start.AddSeconds(20); at = at.AddSeconds(1))
        {
            odd.Count("v1", 10).Count("v2", 10).Scrape(at);
            plain.Count("v1", 10).Count("v2", 0, 10).Scrape(at);
            _time.SetUtcNow(at);
        }

        var request = EvidenceRig.Request(Start.AddSeconds(5), route);
        _rig.Evidence.Track(request);
        await _rig.TickAsync();

        Assert.Equal(160, _rig.Observe(request)!.CanaryRequestsInStep);
        Assert.Equal(Verdict.Passed, _rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Fact]
    public async Task A_counter_that_is_no_number_spoils_its_own_rollout_only()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(20, canaryGood: 10);
        var bad = new FakeGatewayCounters(_prometheus, "cart");
        bad.Count("v1", 10).Count("v2", 10).Scrape(_time.GetUtcNow());
        var cart = EvidenceRig.Request(_time.GetUtcNow().AddSeconds(-1), "cart");
        _rig.Evidence.Track(cart);
        await RunAsync(1, canaryGood: 10);
        _prometheus.Add(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__name__"] = "canary_gateway_requests_total",
                ["job"] = "gateway",
                ["instance"] = "127.0.0.1:9091",
                ["route"] = "cart",
                ["version"] = "v2",
                ["code"] = "204",
            },
            _time.GetUtcNow().ToUnixTimeMilliseconds(),
            double.NaN);
        await _rig.TickAsync();

        Assert.Equal(Verdict.ProviderError, _rig.Observe(cart)!.Metrics[0].Verdict);
        Assert.Equal(Verdict.Passed, _rig.Observe(request)!.Metrics[0].Verdict);
    }

    /// <summary>Stable alone, so that there are baselines and an interval to find.</summary>
    private async Task PastAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _shop.Count("v1", 90).Scrape(_time.GetUtcNow());
        }

        await _rig.TickAsync();
    }

    private async Task<EvidenceRequest> TrackAsync()
    {
        var request = EvidenceRig.Request(_time.GetUtcNow());
        _rig.Evidence.Track(request);
        await _rig.CatchUpAsync();
        return request;
    }

    private async Task RunAsync(int seconds, int canaryGood = 0, int canaryBad = 0)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(960));
            _shop.Count("v1", 90).Count("v2", canaryGood, canaryBad).Scrape(_time.GetUtcNow());
            _time.Advance(TimeSpan.FromMilliseconds(40));
            await _rig.TickAsync();
        }
    }
}
