using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Testing;
using Prometheus;

namespace CanaryController.Manager.Tests.Standalone;

/// <summary>What stays of a rollout whose file is gone.</summary>
public sealed class DeletedRolloutTests : IAsyncDisposable
{
    private readonly ManagerBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Nothing_of_a_deleted_rollout_stays_in_the_metrics()
    {
        await _bed.StartShopAsync();
        await _bed.AnnounceAsync();
        await DeleteShopAsync();
        await _bed.AnnounceAsync();
        using var text = new MemoryStream();
        await _bed.Get<CollectorRegistry>().CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("shop", Encoding.UTF8.GetString(text.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_asked_of_a_deleted_rollout_is_not_carried_out_on_a_later_one_of_that_name()
    {
        await _bed.StartShopAsync();
        var ids = Enumerable.Range(0, 10).Select(number => $"c{number}").ToList();
        ids.ForEach(id => _bed.Send(RolloutAction.Abort, id));
        await DeleteShopAsync();
        await _bed.ReconcileAsync();
        Assert.All(ids, id => Assert.Equal(CommandStatus.Refused, _bed.Get<SqliteCommands>().Find(id)!.Answer?.Status));

        await _bed.StartShopAsync();
        Assert.Equal(RolloutPhase.Progressing, _bed.State.Phase);
    }

    [Fact]
    public async Task What_is_left_of_a_deleted_rollout_goes_after_90_days()
    {
        await _bed.StartShopAsync();
        await DeleteShopAsync();
        var events = _bed.Get<SqliteEvents>();
        _bed.Time.Advance(HousekeepingJob.CommandAge - TimeSpan.FromMinutes(1));
        _bed.Get<HousekeepingJob>().Run();
        Assert.NotEmpty(events.Of(ManagerBed.Shop, 10));

        _bed.Time.Advance(TimeSpan.FromMinutes(2));
        _bed.Get<HousekeepingJob>().Run();
        Assert.Empty(events.Of(ManagerBed.Shop, 10));
        Assert.Equal(0, _bed.Store.Read(ManagerBed.Shop).State.Sequence);
    }

    private async Task DeleteShopAsync()
    {
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        _bed.Scan();
        _bed.Time.Advance(CatalogMerge.DeletionGrace);
        _bed.Scan();
        await _bed.ReconcileAsync();
        Assert.Null(_bed.Get<IRolloutResources>().Find(ManagerBed.Shop));
    }
}
