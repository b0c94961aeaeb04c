using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Standalone;

/// <summary>The process dies before any one of its writes, to the database or to the router, and a new one goes on.</summary>
public sealed class CrashTests
{
    private sealed class Killed : Exception;

    [Fact]
    public async Task Wherever_it_dies_it_goes_on_in_the_same_step_and_announces_everything_once()
    {
        var expected = await RunAsync(dieAt: int.MaxValue);
        Assert.Equal(RolloutPhase.Aborted, expected.Phase);
        Assert.True(expected.Points > 20, "The story has too few points to crash at.");
        for (var point = 1; point <= expected.Points; point++)
        {
            var crashed = await RunAsync(point);
            Assert.Equal(expected.Phase, crashed.Phase);
            Assert.Equal(expected.Stored, crashed.Stored);
            Assert.Equal(crashed.Heard.Distinct(), crashed.Heard);
            Assert.Equal(0m, crashed.LastWeightPercent);
        }
    }

    /// <summary>One whole story: rolled out to the first step, then to the second, then rolled back by evidence, announced as it goes.</summary>
    private static async Task<Outcome> RunAsync(int dieAt)
    {
        var (points, armed) = (0, true);
        void Point()
        {
            if (armed && ++points == dieAt)
            {
                armed = false;
                throw new Killed();
            }
        }

        await using var bed = new ManagerBed(_ => Point());
        bed.Router.BeforeApply = _ => Point();
        bed.Router.AfterApply = _ => Point();
        await SurviveAsync(bed, () => bed.StartShopAsync());
        await SurviveAsync(bed, bed.AnnounceAsync);
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        await SurviveAsync(bed, () => bed.ReconcileAsync());
        await SurviveAsync(bed, bed.AnnounceAsync);
        bed.Evidence.Verdict = Verdict.Failed;
        await SurviveAsync(bed, () => bed.ReconcileAsync());
        await SurviveAsync(bed, bed.AnnounceAsync);
        var stored = bed.Get<Manager.Standalone.SqliteEvents>().Of(ManagerBed.Shop, 100).Select(seen => (seen.Sequence, seen.To, seen.Reason)).ToList();
        return new(points, bed.State.Phase, stored, [.. bed.Heard.Events.Select(seen => seen.Id)], bed.Router.WeightOf(ManagerBed.Route).Percent);
    }

    /// <summary>After a death a new process does what a start does: it reads the folder and decides about everything.</summary>
    private static async Task SurviveAsync(ManagerBed bed, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Killed)
        {
            await bed.RestartAsync();
            await bed.StartShopAsync();
            await bed.AnnounceAsync();
        }
    }

    private sealed record Outcome(
        int Points, RolloutPhase Phase, IReadOnlyList<(long, RolloutPhase, RolloutReason)> Stored, IReadOnlyList<long> Heard, decimal LastWeightPercent);
}
