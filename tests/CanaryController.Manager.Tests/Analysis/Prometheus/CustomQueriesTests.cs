using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Quartz;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class CustomQueriesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Every10 = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new(Start);
    private FakePrometheus _prometheus = null!;
    private EvidenceRig _rig = null!;

    private static MetricSpec Orders { get; } = new()
    {
        Name = "orders",
        Kind = MetricKind.Query,
        Query = """orders{version="{{ version }}"}""",
        Interval = Every10,
        Min = 10,
        FailureLimit = 1,
    };

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync(_time);
        _rig = new EvidenceRig(_prometheus, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _rig.Dispose();
        await _prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_value_within_its_limit_passes_and_the_failure_limit_counts_the_others()
    {
        _prometheus.Custom = (_, at) => [("{}", at < Start.AddSeconds(30) ? "12" : "3")];
        var request = Track("shop", Orders);

        await MeasureAsync(Start.AddSeconds(21));
        Assert.Equal((Verdict.Passed, 12d), Seen(request));

        await MeasureAsync(Start.AddSeconds(31));
        Assert.Equal(Verdict.Inconclusive, Seen(request).Verdict);

        await MeasureAsync(Start.AddSeconds(41));
        Assert.Equal(Verdict.Failed, Seen(request).Verdict);
        Assert.Contains((request.Key, true), _rig.Waker.Take());
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    public async Task No_value_is_no_data(string value)
    {
        _prometheus.Custom = (_, _) => value.Length == 0 ? [] : [("{}", value)];
        var request = Track("shop", Orders);
        await MeasureAsync(Start.AddSeconds(21));
        Assert.Equal(Verdict.NoData, Seen(request).Verdict);
    }

    [Fact]
    public async Task Several_series_are_an_error_that_says_so()
    {
        _prometheus.Custom = (_, _) => [("""{"pod":"a"}""", "1"), ("""{"pod":"b"}""", "2")];
        var request = Track("shop", Orders);
        await MeasureAsync(Start.AddSeconds(21));

        var metric = _rig.Observe(request)!.Metrics[0];
        Assert.Equal(Verdict.ProviderError, metric.Verdict);
        Assert.Contains("several series", metric.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_infinite_value_is_an_error()
    {
        _prometheus.Custom = (_, _) => [("{}", "+Inf")];
        var request = Track("shop", Orders);
        await MeasureAsync(Start.AddSeconds(21));
        Assert.Equal(Verdict.ProviderError, Seen(request).Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_moment_that_cannot_be_used_spoils_no_other(bool several)
    {
        _prometheus.Custom = (_, at) => (at == Start.AddSeconds(20), several) switch
        {
            (true, true) => [("""{"pod":"a"}""", "1"), ("""{"pod":"b"}""", "2")],
            (true, false) => [("{}", "+Inf")],
            (false, _) => [("{}", "12")],
        };
        var request = Track("shop", Orders);
        await MeasureAsync(Start.AddSeconds(21));
        Assert.Equal(Verdict.ProviderError, Seen(request).Verdict);

        await MeasureAsync(Start.AddSeconds(31));
        Assert.Equal((Verdict.Passed, 12d), Seen(request));

        using var restarted = new EvidenceRig(_prometheus, _time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();
        await restarted.Queries.RunAsync(Every10, CancellationToken.None);
        Assert.Equal(_rig.Observe(request), restarted.Observe(request));
    }

    [Fact]
    public async Task Identical_queries_are_asked_once()
    {
        _prometheus.Custom = (_, _) => [("{}", "12")];
        var requests = Enumerable.Range(0, 50).Select(n => Track($"route-{n}", Orders)).ToList();
        await MeasureAsync(Start.AddSeconds(11));
        _prometheus.Asked.Clear();

        await MeasureAsync(Start.AddSeconds(21));

        Assert.Equal(["""orders{version="v2"}"""], _prometheus.Asked.Where(query => query.StartsWith("orders", StringComparison.Ordinal)));
        Assert.All(requests, request => Assert.Equal(Verdict.Passed, Seen(request).Verdict));
    }

    [Fact]
    public async Task Moments_missed_in_an_outage_are_measured_afterwards()
    {
        _prometheus.Custom = (_, at) => [("{}", at == Start.AddSeconds(30) || at == Start.AddSeconds(40) ? "3" : "12")];
        var request = Track("shop", Orders);
        await MeasureAsync(Start.AddSeconds(21));
        _prometheus.Instead = context =>
        {
            context.Response.StatusCode = 500;
            return Task.FromResult(true);
        };
        await MeasureAsync(Start.AddSeconds(31));
        Assert.Equal(Verdict.ProviderError, Seen(request).Verdict);
        await MeasureAsync(Start.AddSeconds(41));

        _prometheus.Instead = null;
        await MeasureAsync(Start.AddSeconds(61));

        Assert.Equal(Verdict.Failed, Seen(request).Verdict);
    }

    [Fact]
    public async Task A_restart_measures_the_same_moments_again()
    {
        _prometheus.Custom = (_, at) => [("{}", at == Start.AddSeconds(30) ? "3" : "12")];
        var request = Track("shop", Orders);
        foreach (var second in (int[])[11, 21, 31, 41, 51])
        {
            await MeasureAsync(Start.AddSeconds(second));
        }

        using var restarted = new EvidenceRig(_prometheus, _time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();
        await restarted.Queries.RunAsync(Every10, CancellationToken.None);

        Assert.Equal(_rig.Observe(request), restarted.Observe(request));
    }

    [Theory]
    [InlineData("""x{v="{{ version }}"}""", """x{v="v\"} or y{a=\"\\"}""")]
    [InlineData("""x{v='{{version}}'}""", """x{v='v\"} or y{a=\"\\'}""")]
    [InlineData("""x{v="\"{{ version }}"}""", """x{v="\"v\"} or y{a=\"\\"}""")]
    [InlineData("""x{n="{{ namespace }}",r="{{ route }}",m="{{ name }}",s="{{ stableVersion }}"}""", """x{n="default",r="shop",m="shop",s="v1"}""")]
    public void A_variables_value_stays_one_string(string template, string expected)
    {
        var request = EvidenceRig.Request(Start);
        request = request with { State = request.State with { CanaryRevision = """v"} or y{a="\""" } };
        Assert.Equal((expected, null), CustomQueryTemplate.Render(template, request));
    }

    [Theory]
    [InlineData("up{{ version }}")]
    [InlineData("up{{ unknown }}")]
    [InlineData("up{{ version")]
    public void A_template_that_cannot_be_filled_says_why(string template)
    {
        var request = EvidenceRig.Request(Start);
        request = request with { State = request.State with { CanaryRevision = "v2) or vector(1" } };
        var (query, problem) = CustomQueryTemplate.Render(template, request);
        Assert.Null(query);
        Assert.StartsWith("The query ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollouts_of_one_interval_share_one_trigger()
    {
        await using var provider = new ServiceCollection().AddLogging().AddQuartz().BuildServiceProvider();
        var factory = provider.GetRequiredService<ISchedulerFactory>();
        var scheduler = await factory.GetScheduler();
        try
        {
            using var schedule = new CustomQuerySchedule(
                _rig.Queries, factory, _rig.Signals, TimeProvider.System, NullLogger<CustomQuerySchedule>.Instance);
            var requests = Enumerable.Range(0, 20).Select(n => Track($"route-{n}", Orders)).ToList();
            Track("slow", Orders with { Interval = TimeSpan.FromMinutes(1) });

            await schedule.ArrangeAsync(CancellationToken.None);
            Assert.Equal(2, (await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup())).Count);

            requests.ForEach(request => _rig.Evidence.Forget(request.Key));
            await schedule.ArrangeAsync(CancellationToken.None);
            Assert.Single(await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup()));
        }
        finally
        {
            await scheduler.Shutdown();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(3_600)]
    public void A_trigger_fires_just_after_a_multiple_of_its_interval(int seconds)
    {
        var interval = TimeSpan.FromSeconds(seconds);
        for (var offset = 0; offset < 100; offset++)
        {
            var now = Start.AddMilliseconds(offset * 173);
            var fire = CustomQuerySchedule.FirstFire(interval, now);
            Assert.True(fire > now);
            Assert.InRange(fire.Ticks % interval.Ticks, 1, TimeSpan.TicksPerSecond);
            Assert.True(fire - now <= interval + TimeSpan.FromSeconds(1));
        }
    }

    private EvidenceRequest Track(string route, MetricSpec metric)
    {
        var request = EvidenceRig.Request(Start.AddSeconds(1), route, metric);
        _rig.Evidence.Track(request);
        return request;
    }

    private async Task MeasureAsync(DateTimeOffset at)
    {
        _time.SetUtcNow(at);
        await _rig.TickAsync();
        await _rig.Queries.RunAsync(Every10, CancellationToken.None);
    }

    private (Verdict Verdict, double? Value) Seen(EvidenceRequest request)
    {
        var metric = _rig.Observe(request)!.Metrics[0];
        return (metric.Verdict, metric.Value);
    }
}
