using CanaryController.Manager.Analysis;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>A shop with stable v1, a canary v2 and a Prometheus that scrapes it each second, on the test's clock.</summary>
public abstract class EvidenceBed : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private protected FakeTimeProvider Time { get; } = new(Start);
    private protected FakePrometheus Prometheus { get; private set; } = null!;

    private protected EvidenceRig Rig { get; private set; } = null!;

    private protected FakeGatewayCounters Shop { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Prometheus = await FakePrometheus.StartAsync(Time);
        Rig = new EvidenceRig(Prometheus, Time);
        Shop = new FakeGatewayCounters(Prometheus, "shop");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Rig.Dispose();
        await Prometheus.DisposeAsync();
    }

    /// <summary>Stable alone, so that there are baselines and an interval to find.</summary>
    private protected async Task PastAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Shop.Count("v1", 90).Scrape(Time.GetUtcNow());
        }

        await Rig.TickAsync();
    }

    private protected async Task<EvidenceRequest> TrackAsync()
    {
        var request = EvidenceRig.Request(Time.GetUtcNow());
        Rig.Evidence.Track(request);
        await Rig.CatchUpAsync();
        return request;
    }

    private protected async Task RunAsync(int seconds, int canaryGood = 0, int canaryBad = 0)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(960));
            Shop.Count("v1", 90).Count("v2", canaryGood, canaryBad).Scrape(Time.GetUtcNow());
            Time.Advance(TimeSpan.FromMilliseconds(40));
            await Rig.TickAsync();
        }
    }
}
