using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>Each metric source, on the test's clock.</summary>
public sealed class MeshTests : EvidenceBed
{
    [Theory]
    [InlineData(RequestSource.Application, """{"code":"0","status":"503"}""", true)]
    [InlineData(RequestSource.Application, """{"status":"2xx"}""", false)]
    [InlineData(RequestSource.Application, """{"status":"error"}""", null)]
    [InlineData(RequestSource.Application, """{"code":"OK"}""", null)]
    [InlineData(RequestSource.Application, """{"error_type":"timeout"}""", null)]
    [InlineData(RequestSource.OpenTelemetry, """{"error_type":"java.net.SocketTimeoutException"}""", true)]
    [InlineData(RequestSource.OpenTelemetry, """{"error_type":"404","http_response_status_code":"404"}""", false)]
    [InlineData(RequestSource.OpenTelemetry, """{"http_response_status_code":"200"}""", false)]
    [InlineData(RequestSource.OpenTelemetry, """{"http_request_method":"GET"}""", null)]
    public void A_request_is_good_only_by_a_status_that_says_so(RequestSource source, string labels, bool? isError)
    {
        var request = MeshCases.All.Single(mesh => mesh.Name == "application").Request(DateTimeOffset.UnixEpoch);
        var counted = CounterSources.Of(request with { Spec = request.Spec with { Analysis = request.Spec.Analysis with { Counting = new() { Source = source } } } });
        Assert.Equal(isError, counted.Source.IsError(LabelSet.Parse(System.Text.Encoding.UTF8.GetBytes(labels))));
    }

    private readonly Dictionary<MeshPage, string> _pages = [];

    public static TheoryData<string> Names => [.. MeshCases.All.Select(mesh => mesh.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_healthy_canary_passes_on_what_the_source_counts(string name)
    {
        var (request, page) = await BeginAsync(name);
        await RunAsync(page, 20, good: 10);

        var seen = Rig.Observe(request)!;
        Assert.Equal(200, seen.CanaryRequestsInStep);
        Assert.All(seen.Metrics, metric => Assert.Equal((Verdict.Passed, 200L), (metric.Verdict, metric.Requests)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_first_failures_count_from_nothing(string name)
    {
        var (request, page) = await BeginAsync(name);
        await RunAsync(page, 20, good: 10);
        await RunAsync(page, 2, good: 9, bad: 1);

        Assert.Equal((220L, 1 - (2.0 / 220)), (Rig.Observe(request)!.Metrics[0].Requests, Rig.Observe(request)!.Metrics[0].Value));

        await RunAsync(page, 5, bad: 20);
        Assert.Equal(Verdict.Failed, Rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_slow_canary_fails_by_the_bound_in_the_sources_own_unit(string name)
    {
        var (request, page) = await BeginAsync(name);
        await RunAsync(page, 5, good: 10, seconds: 0.29);
        Assert.DoesNotContain(Rig.Observe(request)!.Metrics, metric => metric.Verdict == Verdict.Failed);

        await RunAsync(page, 10, good: 10, seconds: 0.7);

        if (request.Spec.Analysis.Metrics.Count == 2)
        {
            Assert.Equal(Verdict.Failed, Rig.Observe(request)!.Metrics[1].Verdict);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Restarts_and_gone_pods_make_no_failures_of_their_own(string name)
    {
        var (request, page) = await BeginAsync(name);
        await RunAsync(page, 10, good: 10, bad: 0);
        page.Restart();
        await RunAsync(page, 10, good: 10);
        page.Vanish(Arm.Stable);
        await ScrapeAsync(10, each => _ = each == page ? each.Count(Arm.Canary, 10) : each.Count(Arm.Canary, 0, 10));

        var seen = Rig.Observe(request)!;
        Assert.DoesNotContain(seen.Metrics, metric => metric.Verdict == Verdict.Failed);
        Assert.InRange(seen.CanaryRequestsInStep!.Value, 290, 300);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Evidence_rebuilt_from_the_source_is_the_same(string name)
    {
        var (request, page) = await BeginAsync(name);
        await RunAsync(page, 30, good: 20, bad: 0);
        await RunAsync(page, 1, good: 19, bad: 1);

        using var restarted = new EvidenceRig(Prometheus, Time);
        restarted.Evidence.Track(request);
        await restarted.CatchUpAsync();

        Assert.Equal(Rig.Observe(request), restarted.Observe(request));
    }

    [Fact]
    public async Task Another_source_begins_with_evidence_of_its_own()
    {
        var (request, page) = await BeginAsync("consul");
        await RunAsync(page, 10, good: 10);
        Assert.Equal(100, Rig.Observe(request)!.CanaryRequestsInStep);

        var analysis = request.Spec.Analysis;
        Rig.Evidence.Track(request with { Spec = request.Spec with { Analysis = analysis with { Counting = analysis.Counting! with { Source = RequestSource.HAProxy } } } });
        await RunAsync(page, 10, good: 10);

        Assert.Null(Rig.Observe(request)!.CanaryRequestsInStep);
        Assert.All(Rig.Observe(request)!.Metrics, metric => Assert.Equal(Verdict.NoData, metric.Verdict));
    }

    [Fact]
    public async Task HAProxys_own_answers_in_a_servers_place_are_its_failures()
    {
        var (request, page) = await BeginAsync("haproxy");
        await RunAsync(page, 10, good: 10);
        var errors = new MeshPage(MeshCases.All.Single(mesh => mesh.Name == "haproxy") with { Requests = """haproxy_server_connection_errors_total{proxy="checkout",server="VERSION"}""" });
        _pages.Add(errors, "10.0.0.1:1");
        await ScrapeAsync(1, each => _ = each == errors ? each.Count(Arm.Canary, 0) : each);
        await ScrapeAsync(3, each => _ = each == errors ? each.Count(Arm.Canary, 5) : each);

        var metric = Rig.Observe(request)!.Metrics[0];
        Assert.Equal((115L, (double?)(1 - (15.0 / 115))), (metric.Requests, metric.Value));
    }

    [Fact]
    public async Task All_rollouts_of_all_sources_share_two_queries_a_source()
    {
        var requests = new List<EvidenceRequest>();
        foreach (var mesh in MeshCases.All)
        {
            var page = new MeshPage(mesh).Count(Arm.Stable, 90).Count(Arm.Canary, 0);
            _pages.Add(page, mesh.Name);
            requests.Add(mesh.Request(Start.AddSeconds(20)));
        }

        await ScrapeAsync(20, page => page.Count(Arm.Stable, 90));
        requests.ForEach(Rig.Evidence.Track);
        await ScrapeAsync(20, page => page.Count(Arm.Stable, 90).Count(Arm.Canary, 10));
        Assert.All(requests, request => Assert.Equal((request.Key.Name, 200L), (request.Key.Name, Rig.Observe(request)!.CanaryRequestsInStep)));

        Prometheus.Asked.Clear();
        await Rig.Ticks.TickAsync(CancellationToken.None);

        var sources = requests.Select(request => CounterSources.Of(request).Source).Distinct().Count();
        Assert.InRange(Prometheus.Asked.Count, sources, 2 * sources);
    }

    private async Task<(EvidenceRequest Request, MeshPage Page)> BeginAsync(string name)
    {
        var mesh = MeshCases.All.Single(each => each.Name == name);
        var page = new MeshPage(mesh).Count(Arm.Stable, 90).Count(Arm.Canary, 0);
        var foreign = new MeshPage(mesh) { Rename = text => text.Replace("checkout", "checkout2", StringComparison.Ordinal) }.Count(Arm.Stable, 0, 500).Count(Arm.Canary, 0, 500);
        var other = new MeshPage(mesh) { Rename = text => text.Replace("shop", "shop2", StringComparison.Ordinal).Replace("\"calls\"", "\"calls2\"", StringComparison.Ordinal).Replace("proxy=\"checkout\"", "proxy=\"cart\"", StringComparison.Ordinal) };
        _pages.Add(page, "10.0.0.1:1");
        _pages.Add(foreign, "10.0.0.2:1");
        if (mesh.Requests.Contains("shop", StringComparison.Ordinal) || mesh.Requests.Contains("\"calls\"", StringComparison.Ordinal) || mesh.Names.Canary.Contains("shop", StringComparison.Ordinal))
        {
            _pages.Add(other.Count(Arm.Stable, 0, 500).Count(Arm.Canary, 0, 500), "10.0.0.3:1");
        }

        await ScrapeAsync(20, each => each.Count(Arm.Stable, each == page ? 90 : 0, each == page ? 0 : 90));
        var request = mesh.Request(Time.GetUtcNow());
        Rig.Evidence.Track(request);
        await Rig.CatchUpAsync();
        return (request, page);
    }

    private Task RunAsync(MeshPage page, int times, int good = 0, int bad = 0, double seconds = 0.01) => ScrapeAsync(
        times,
        each => _ = each == page ? each.Count(Arm.Stable, 90).Count(Arm.Canary, good, bad, seconds) : each.Count(Arm.Stable, 0, 90).Count(Arm.Canary, 0, 10));

    private async Task ScrapeAsync(int times, Action<MeshPage> count)
    {
        for (var time = 0; time < times; time++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(960));
            foreach (var (page, instance) in _pages)
            {
                count(page);
                page.Scrape(Prometheus, Time.GetUtcNow(), instance);
            }

            Time.Advance(TimeSpan.FromMilliseconds(40));
            await Rig.TickAsync();
        }
    }
}
