using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Traffic;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Rollouts;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Standalone;

public sealed class SqliteStoreTests : IAsyncDisposable
{
    private readonly ManagerBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_stale_writer_changes_nothing()
    {
        await _bed.StartShopAsync();
        var stored = _bed.Store.Read(ManagerBed.Shop);

        await Assert.ThrowsAsync<StaleStateException>(() => _bed.Store.WriteAsync(
            new(ManagerBed.Shop, stored.ResourceVersion - 1, stored.State with { Message = "stale" }, [], null, _bed.Time.GetUtcNow()), CancellationToken.None));
        await _bed.RestartAsync();
        Assert.Equal(stored, _bed.Store.Read(ManagerBed.Shop));
    }

    [Fact]
    public async Task A_second_process_is_refused()
    {
        await Task.CompletedTask;
        var refused = Assert.Throws<DatabaseUnusableException>(() => new SqliteDatabase(_bed.Options.Standalone.Database));
        Assert.Contains("another canary-manager", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_what_to_do()
    {
        var path = Path.Combine(_bed.Directory, "other.db");
        await File.WriteAllTextAsync(path, new string('x', 5000));
        Assert.Contains("Move the file away", Assert.Throws<DatabaseUnusableException>(() => new SqliteDatabase(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_the_first_version_knows_the_gateway_only_and_is_brought_up()
    {
        var path = Path.Combine(_bed.Directory, "older.db");
        using (var database = new SqliteDatabase(path))
        {
            database.Transact(scope => scope.Execute("ALTER TABLE specs DROP COLUMN router"));
            ForgetWindows(database);
            database.Transact(scope => scope.Execute(
                "INSERT INTO specs (namespace, name, file, spec, declared, gateway, route) VALUES ('default', 'shop', 'shop.yaml', $1, 'v2', 'edge', 'shop')",
                JsonSerializer.Serialize(new RolloutSpec { Workload = WorkloadKind.External, Steps = [] }, CoreJson.Default.RolloutSpec)));
            database.Transact(scope => scope.Execute("DROP TABLE deliveries"));
            database.Transact(scope => scope.Execute("DELETE FROM cursors"));
            database.Transact(scope => scope.Execute("PRAGMA user_version=1"));
        }

        using var opened = new SqliteDatabase(path);
        Assert.Equal(new RouteTarget("edge", "shop") { Router = RouterType.Gateway }, Assert.Single(new SqliteSpecs(opened).Load()).Content!.Target);
    }

    [Fact]
    public void A_database_from_before_windows_knows_none_and_is_brought_up()
    {
        var path = Path.Combine(_bed.Directory, "older.db");
        using (var database = new SqliteDatabase(path))
        {
            ForgetWindows(database);
            database.Transact(scope => scope.Execute(
                "INSERT INTO specs (namespace, name, file, spec, declared, gateway, route, router) VALUES ('default', 'shop', 'shop.yaml', $1, 'v2', 'edge', 'shop', 'Gateway')",
                JsonSerializer.Serialize(new RolloutSpec { Workload = WorkloadKind.External, Steps = [] }, CoreJson.Default.RolloutSpec)));
            database.Transact(scope => scope.Execute("PRAGMA user_version=3"));
        }

        using var opened = new SqliteDatabase(path);
        Assert.Equal(WindowTerms.None, Assert.Single(new SqliteSpecs(opened).Load()).Content!.Terms);
        Assert.Empty(new SqliteFreezes(opened).Load());
    }

    [Fact]
    public void A_database_of_the_second_version_tells_nobody_what_happened_before()
    {
        var path = Path.Combine(_bed.Directory, "second.db");
        using (var database = new SqliteDatabase(path))
        {
            ForgetWindows(database);
            database.Transact(scope => scope.Execute("INSERT INTO events (namespace, name, sequence, body) VALUES ('default', 'shop', 1, '{}')"));
            database.Transact(scope => scope.Execute("DROP TABLE deliveries"));
            database.Transact(scope => scope.Execute("DELETE FROM cursors"));
            database.Transact(scope => scope.Execute("PRAGMA user_version=2"));
        }

        using var opened = new SqliteDatabase(path);
        var deliveries = new SqliteDeliveries(opened, new(opened));
        Assert.Empty(deliveries.Fresh(10));
        Assert.Empty(deliveries.Load());
    }

    [Fact]
    public async Task An_unanswered_command_survives_a_restart_and_is_carried_out()
    {
        await _bed.StartShopAsync();
        _bed.Send(RolloutAction.Abort);
        await _bed.RestartAsync();
        await _bed.StartShopAsync();

        Assert.Equal(RolloutPhase.Aborted, _bed.State.Phase);
        Assert.Equal(CommandStatus.Accepted, _bed.Get<SqliteCommands>().Find("c1")?.Answer?.Status);
    }

    [Fact]
    public async Task A_forgotten_rollout_that_comes_back_does_not_use_a_sequence_twice()
    {
        await _bed.StartShopAsync();
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        _bed.Scan();
        _bed.Time.Advance(CatalogMerge.DeletionGrace);
        _bed.Scan();
        await _bed.ReconcileAsync();
        Assert.Empty(_bed.Store.Keys);
        var last = _bed.Get<SqliteEvents>().Of(ManagerBed.Shop, 1)[0].Sequence;

        await _bed.StartShopAsync();
        Assert.True(_bed.State.Sequence > last);
    }

    [Fact]
    public async Task Housekeeping_keeps_the_newest()
    {
        await _bed.StartShopAsync();
        var events = _bed.Get<SqliteEvents>();
        var newest = events.Of(ManagerBed.Shop, 1)[0].Id;
        events.Prune(keep: 1);
        _bed.Get<HousekeepingJob>().Run();

        Assert.Equal(newest, Assert.Single(events.Of(ManagerBed.Shop, 100)).Id);
    }

    private static void ForgetWindows(SqliteDatabase database)
    {
        database.Transact(scope => scope.Execute("ALTER TABLE specs DROP COLUMN terms"));
        database.Transact(scope => scope.Execute("DROP TABLE freezes"));
    }
}
