using System.Net;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Hosting;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Tests.Api;
using CanaryController.Testing;
using Microsoft.Data.Sqlite;

namespace CanaryController.Manager.Tests.Standalone;

/// <summary>The database cannot be written: the disk is full, or it became read-only.</summary>
public sealed class FullDiskTests : IAsyncDisposable
{
    private readonly ManagerBed _bed;
    private bool _full;
    private Exception _failure = new SqliteException("database or disk is full", 13);

    public FullDiskTests() => _bed = new(_ =>
    {
        if (_full)
        {
            throw _failure;
        }
    });

    private decimal Weight => _bed.Router.WeightOf(ManagerBed.Route).Percent;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_rollback_reaches_the_router_although_it_cannot_be_stored_and_is_stored_later()
    {
        await _bed.StartShopAsync();
        _full = true;
        _bed.Evidence.Verdict = Verdict.Failed;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _bed.ReconcileAsync());
        Assert.Equal((0m, RolloutPhase.Progressing), (Weight, _bed.State.Phase));

        _full = false;
        await _bed.ReconcileAsync();
        Assert.Equal((0m, RolloutPhase.Aborted, RolloutReason.MetricFailed), (Weight, _bed.State.Phase, _bed.State.History[^1].Reason));
    }

    [Fact]
    public async Task A_rollback_reaches_the_router_also_when_the_store_fails_in_a_way_that_nobody_foresaw()
    {
        await _bed.StartShopAsync();
        (_full, _failure) = (true, new InvalidOperationException("A fault of this program."));
        _bed.Evidence.Verdict = Verdict.Failed;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _bed.ReconcileAsync());
        Assert.Equal((0m, RolloutPhase.Progressing), (Weight, _bed.State.Phase));

        _full = false;
        await _bed.ReconcileAsync();
        Assert.Equal((0m, RolloutPhase.Aborted), (Weight, _bed.State.Phase));
    }

    [Fact]
    public async Task A_canary_that_was_rolled_back_unstored_gets_no_traffic_again_when_its_fault_is_gone()
    {
        await _bed.StartShopAsync();
        _full = true;
        _bed.Router.SetInstances("v2", 0, 1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _bed.ReconcileAsync());
        _bed.Router.SetInstances("v2", 1, 1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _bed.ReconcileAsync());
        Assert.Equal(0m, Weight);

        _full = false;
        await _bed.ReconcileAsync();
        Assert.Equal((0m, RolloutPhase.Aborted), (Weight, _bed.State.Phase));
    }

    [Fact]
    public async Task Nothing_but_a_rollback_is_done_unstored()
    {
        await _bed.StartShopAsync();
        _full = true;
        _bed.Time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _bed.ReconcileAsync());
        Assert.Equal(10m, Weight);
    }

    [Fact]
    public async Task Removing_the_file_rolls_back_all_the_same()
    {
        await _bed.StartShopAsync();
        _full = true;
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        _bed.Scan();
        _bed.Time.Advance(CatalogMerge.DeletionGrace);
        _bed.Scan();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _bed.ReconcileAsync());
        Assert.Equal(0m, Weight);
    }

    [Fact]
    public async Task A_start_goes_on_with_what_is_kept_and_takes_the_folder_over_later()
    {
        await _bed.StartShopAsync();
        await _bed.RestartAsync();
        _bed.Put("cart.yaml", RolloutText.Of("cart"));
        _full = true;
        _bed.Get<FolderWatcher>().TryScan();
        Assert.False(_bed.Get<FolderWatcher>().HasScanned);
        Assert.Equal("shop", Assert.Single(_bed.Get<IRolloutResources>().All).Key.Name);

        _full = false;
        _bed.Get<FolderWatcher>().TryScan();
        Assert.Equal(2, _bed.Get<IRolloutResources>().All.Count);
    }

    [Fact]
    public async Task A_command_that_cannot_be_stored_is_a_problem_and_readyz_says_so_until_it_is_mended()
    {
        var full = false;
        await using var bed = await ApiBed.StartAsync(_ =>
        {
            if (full)
            {
                throw new SqliteException("database or disk is full", 13);
            }
        });
        full = true;
        using var refused = await bed.CommandAsync("""{"action": "pause"}""");
        using var unready = await bed.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal("Not stored", (await bed.ProblemAsync(refused)).Title);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (refused.StatusCode, unready.StatusCode));

        full = false;
        using var ready = await bed.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task A_database_whose_content_cannot_be_read_is_refused_with_what_to_do()
    {
        await _bed.StartShopAsync();
        _bed.Get<SqliteDatabase>().Transact(scope => scope.Execute("UPDATE rollouts SET state = '{'"));
        await _bed.App.DisposeAsync();
        var refused = Assert.Throws<DatabaseUnusableException>(() => ManagerHost.Build(_bed.Options, _bed.Time));
        Assert.Contains("restore it from a backup", refused.Message, StringComparison.Ordinal);
    }
}
