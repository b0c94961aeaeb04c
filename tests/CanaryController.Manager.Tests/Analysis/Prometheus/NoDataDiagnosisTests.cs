using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>Who is held by no data is told why, at a bounded price.</summary>
public sealed class NoDataDiagnosisTests : EvidenceBed
{
    private static readonly MeshCase _mesh = MeshCases.All.Single(mesh => mesh.Name == "istio-client");

    [Fact]
    public async Task A_missing_version_is_explained_until_it_comes()
    {
        var page = new MeshPage(_mesh).Count(Arm.Stable, 90);
        var request = await BeginAsync(page);
        Assert.Equal("no series of the canary has been seen.", Rig.Observe(request)!.Metrics[0].Message);

        await Rig.Diagnosis.LookAsync(CancellationToken.None);

        var told = Rig.Observe(request)!.Metrics;
        Assert.Equal(Verdict.NoData, told[0].Verdict);
        Assert.EndsWith("""has destination_service_name "checkout-canary"; there are "checkout-stable".""", told[0].Message, StringComparison.Ordinal);

        await ScrapeAsync(page, 10, good: 20);
        Assert.All(Rig.Observe(request)!.Metrics, metric => Assert.DoesNotContain("there are", metric.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_namespace_that_is_another_one_is_named()
    {
        var request = await BeginAsync(new MeshPage(_mesh) { Rename = text => text.Replace("_namespace=\"shop\"", "_namespace=\"prod\"", StringComparison.Ordinal) }.Count(Arm.Stable, 90).Count(Arm.Canary, 9));

        await Rig.Diagnosis.LookAsync(CancellationToken.None);

        Assert.Equal(
            """no series of istio_requests_total with reporter=~"source|waypoint" has destination_service_namespace "shop"; there are "prod".""",
            Rig.Observe(request)!.Metrics[0].Message);
    }

    [Fact]
    public async Task Series_that_do_not_say_in_words_of_HTTP_how_requests_ended_are_named()
    {
        var mesh = MeshCases.All.Single(each => each.Name == "application");
        var page = new MeshPage(mesh) { Rename = text => text.Replace("code=\"200\"", "status=\"success\"", StringComparison.Ordinal) }.Count(Arm.Stable, 90).Count(Arm.Canary, 9);
        page.Scrape(Prometheus, Time.GetUtcNow());
        var request = mesh.Request(Time.GetUtcNow());
        Rig.Evidence.Track(request);
        await ScrapeAsync(page, 12, good: 20);

        await Rig.Diagnosis.LookAsync(CancellationToken.None);

        var told = Rig.Observe(request)!.Metrics[0];
        Assert.Equal(Verdict.NoData, told.Verdict);
        Assert.EndsWith("""have no status of HTTP like 200 or 5xx in code, status, status_code, http_status, http_response_status_code (status says "success"): give the metric a query of your own.""", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_rollouts_without_data_are_explained_a_few_at_a_time()
    {
        var page = new MeshPage(_mesh).Count(Arm.Stable, 90);
        var first = await BeginAsync(page);
        for (var n = 0; n < 1_000; n++)
        {
            Rig.Evidence.Track(first with { Key = new("shop", $"r{n}") });
        }

        await Rig.CatchUpAsync();
        var asked = new List<int>();
        for (var look = 0; look < 10; look++)
        {
            Prometheus.Asked.Clear();
            await Rig.Diagnosis.LookAsync(CancellationToken.None);
            asked.Add(Prometheus.Asked.Count);
        }

        Assert.All(asked, count => Assert.InRange(count, 1, NoDataDiagnosis.MaxAtOnce * 6));
        Assert.Equal(10 * NoDataDiagnosis.MaxAtOnce, Rig.Book.Locked(tracked => tracked.Values.Count(rollout => rollout.ExplainedAt is not null)));
    }

    [Fact]
    public async Task Nobody_is_asked_while_all_is_well()
    {
        var page = new MeshPage(_mesh).Count(Arm.Stable, 90).Count(Arm.Canary, 9);
        await BeginAsync(page);
        await ScrapeAsync(page, 20, good: 20);
        Prometheus.Asked.Clear();

        await Rig.Diagnosis.LookAsync(CancellationToken.None);

        Assert.Empty(Prometheus.Asked);
    }

    private async Task<EvidenceRequest> BeginAsync(MeshPage page)
    {
        await ScrapeAsync(page, 20);
        var request = _mesh.Request(Time.GetUtcNow());
        Rig.Evidence.Track(request);
        await ScrapeAsync(page, 12);
        return request;
    }

    private async Task ScrapeAsync(MeshPage page, int times, int good = 0)
    {
        for (var time = 0; time < times; time++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(960));
            page.Count(Arm.Stable, 90);
            if (good > 0)
            {
                page.Count(Arm.Canary, good);
            }

            page.Scrape(Prometheus, Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(40));
            await Rig.TickAsync();
        }
    }
}
