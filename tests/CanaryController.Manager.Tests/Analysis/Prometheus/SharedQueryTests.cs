using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>Many rollouts, few queries, and none spoils another.</summary>
public sealed class SharedQueryTests : EvidenceBed
{
    [Fact]
    public async Task Rollouts_of_two_gateways_share_the_queries()
    {
        var cart = new FakeGatewayCounters(Prometheus, "cart", "10.0.0.2:9091");
        await PastAsync(40);
        var shop = await TrackAsync();
        var request = EvidenceRig.Request(Time.GetUtcNow(), "cart");
        Rig.Evidence.Track(request);
        for (var second = 0; second < 20; second++)
        {
            cart.Count("v1", 90).Count("v2", 20).Scrape(Time.GetUtcNow());
            await RunAsync(1, canaryGood: 10);
        }

        Prometheus.Asked.Clear();
        await Rig.Ticks.TickAsync(CancellationToken.None);

        Assert.Equal(2, Prometheus.Asked.Count);
        Assert.Equal(200, Rig.Observe(shop)!.CanaryRequestsInStep);
        Assert.InRange(Rig.Observe(request)!.CanaryRequestsInStep!.Value, 360, 400);
    }

    [Fact]
    public async Task A_thousand_routes_cost_at_most_four_queries_a_tick()
    {
        var counters = Enumerable.Range(0, 1_000).Select(n => new FakeGatewayCounters(Prometheus, $"{new string('r', 50)}-{n:0000}")).ToList();
        for (var at = Start; at <= Start.AddSeconds(6); at = at.AddSeconds(1))
        {
            counters.ForEach(each => each.Count("v1", 5).Count("v2", 5).Scrape(at));
            Time.SetUtcNow(at);
        }

        for (var n = 0; n < 1_000; n++)
        {
            Rig.Evidence.Track(EvidenceRig.Request(Start.AddSeconds(4), $"{new string('r', 50)}-{n:0000}"));
        }

        await Rig.CatchUpAsync();
        Assert.Equal(1_000, Rig.Book.Locked(tracked => tracked.Values.Count(rollout => rollout.Live)));
        Prometheus.Asked.Clear();

        await Rig.Ticks.TickAsync(CancellationToken.None);

        Assert.InRange(Prometheus.Asked.Count, 1, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nothing_is_judged_nothing_is_asked_until_something_is(bool counts)
    {
        await PastAsync(40);
        Prometheus.Asked.Clear();
        var request = EvidenceRig.Request(Time.GetUtcNow());
        var plain = request.Spec.Steps[0] with { MinRequests = 0 };
        var blind = request with { Spec = request.Spec with { Analysis = new(), Steps = [plain] }, State = request.State with { Plan = [plain] } };
        Rig.Evidence.Track(blind);
        await RunAsync(3, canaryGood: 10);
        Assert.Empty(Prometheus.Asked);
        Assert.Null(Rig.Observe(blind));

        var judging = counts ? request with { Spec = request.Spec with { Analysis = new() } } : request;
        Rig.Evidence.Track(judging);
        await RunAsync(3, canaryGood: 10);
        Assert.InRange(Rig.Observe(judging)!.CanaryRequestsInStep!.Value, 30, 60);

        Rig.Evidence.Track(blind);
        Prometheus.Asked.Clear();
        await RunAsync(1, canaryGood: 10);
        Assert.Empty(Prometheus.Asked);
    }

    [Theory]
    [InlineData("""a"} or vector(1) or b{c="d""")]
    [InlineData("""a|b""")]
    [InlineData("""a.b*c\d""")]
    [InlineData("a\nb`c'd")]
    public async Task A_route_with_any_name_is_only_a_name(string route)
    {
        var odd = new FakeGatewayCounters(Prometheus, route);
        var plain = new FakeGatewayCounters(Prometheus, "a");
        for (var at = Start; at <= Start.AddSeconds(20); at = at.AddSeconds(1))
        {
            odd.Count("v1", 10).Count("v2", 10).Scrape(at);
            plain.Count("v1", 10).Count("v2", 0, 10).Scrape(at);
            Time.SetUtcNow(at);
        }

        var request = EvidenceRig.Request(Start.AddSeconds(5), route);
        Rig.Evidence.Track(request);
        await Rig.TickAsync();

        Assert.Equal(160, Rig.Observe(request)!.CanaryRequestsInStep);
        Assert.Equal(Verdict.Passed, Rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Fact]
    public async Task A_counter_that_is_no_number_spoils_its_own_rollout_only()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(20, canaryGood: 10);
        var bad = new FakeGatewayCounters(Prometheus, "cart");
        bad.Count("v1", 10).Count("v2", 10).Scrape(Time.GetUtcNow());
        var cart = EvidenceRig.Request(Time.GetUtcNow().AddSeconds(-1), "cart");
        Rig.Evidence.Track(cart);
        await RunAsync(1, canaryGood: 10);
        Prometheus.Add(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__name__"] = "canary_gateway_requests_total",
                ["job"] = "gateway",
                ["instance"] = "127.0.0.1:9091",
                ["route"] = "cart",
                ["version"] = "v2",
                ["code"] = "204",
            },
            Time.GetUtcNow().ToUnixTimeMilliseconds(),
            double.NaN);
        await Rig.TickAsync();

        Assert.Equal(Verdict.ProviderError, Rig.Observe(cart)!.Metrics[0].Verdict);
        Assert.Equal(Verdict.Passed, Rig.Observe(request)!.Metrics[0].Verdict);
    }
}
