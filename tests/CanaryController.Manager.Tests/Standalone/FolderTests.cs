using System.Diagnostics;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Resources;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Standalone;

public sealed class FolderTests : IAsyncDisposable
{
    private readonly ManagerBed _bed = new();

    private RolloutResource? Shop => _bed.Get<IRolloutResources>().Find(ManagerBed.Shop);

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_broken_file_keeps_the_last_good_one_and_says_so_also_after_a_restart()
    {
        await _bed.StartShopAsync();
        var good = Shop!.Spec;
        _bed.Put("shop.yaml", "metadata: [");
        _bed.Scan();
        Assert.Equal(good, Shop!.Spec);
        Assert.NotEmpty(Shop!.Problems);

        await _bed.RestartAsync();
        _bed.Scan();
        Assert.Equal(good, Shop!.Spec);
        Assert.NotEmpty(Shop!.Problems);
        Assert.False(Shop!.Deleted);
    }

    [Fact]
    public async Task An_invalid_document_keeps_the_last_good_one()
    {
        await _bed.StartShopAsync();
        var good = Shop!.Spec;
        _bed.Put("shop.yaml", RolloutText.Of(step: "hold: nonsense"));
        _bed.Scan();

        Assert.Equal(good, Shop!.Spec);
        Assert.NotEmpty(Shop!.Problems);
        _bed.Put("shop.yaml", RolloutText.Of(step: "hold: 20s"));
        _bed.Scan();
        Assert.Empty(Shop!.Problems);
        Assert.Equal(TimeSpan.FromSeconds(20), Shop!.Spec!.Steps[0].Hold);
    }

    [Fact]
    public async Task A_query_comes_from_a_template_of_the_folder_and_stays_in_force_when_that_is_gone_or_broken()
    {
        const string Template = "apiVersion: canarycontroller.io/v1alpha1\nkind: MetricTemplate\nmetadata: {name: orders}\nspec: {args: [{name: topic}], query: 'sum(orders{v=\"{{ version }}\",t=\"{{ args.topic }}\"})'}\n";
        await _bed.StartShopAsync();
        _bed.Put("shop.yaml", RolloutText.Of() + "    - {name: orders, template: {name: orders, args: [{name: topic, value: paid}]}, threshold: {min: 1}}\n");
        _bed.Scan();
        Assert.DoesNotContain(Shop!.Spec!.Analysis.Metrics, metric => metric.Name == "orders");
        Assert.Contains(Shop!.Problems, problem => problem.Message == "There is no valid MetricTemplate orders.");

        _bed.Put("templates.yaml", Template);
        _bed.Scan();
        Assert.Empty(Shop!.Problems);
        Assert.Equal("""sum(orders{v="{{ version }}",t="paid"})""", Shop!.Spec!.Analysis.Metrics.Single(metric => metric.Name == "orders").Query);
        var filled = Shop!.Spec;

        _bed.Put("templates.yaml", Template.Replace("topic}]", "topic, kind: x}]", StringComparison.Ordinal));
        _bed.Scan();
        Assert.NotEmpty(Shop!.Problems);
        Assert.Equal(filled, Shop!.Spec);

        _bed.Put("templates.yaml", Template.Replace("sum(", "max(", StringComparison.Ordinal));
        _bed.Scan();
        Assert.Empty(Shop!.Problems);
        Assert.StartsWith("max(", Shop!.Spec!.Analysis.Metrics.Single(metric => metric.Name == "orders").Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_file_changes_nothing()
    {
        await _bed.StartShopAsync();
        var state = _bed.State;
        File.Move(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"), Path.Combine(_bed.Options.Standalone.Folder, "renamed.yml"));
        _bed.Scan();
        _bed.Time.Advance(CatalogMerge.DeletionGrace);
        _bed.Scan();
        await _bed.ReconcileAsync();

        Assert.False(Shop!.Deleted);
        Assert.Equal(state, _bed.State);
    }

    [Fact]
    public async Task A_deleted_file_returns_traffic_to_stable_and_forgets_the_rollout()
    {
        await _bed.StartShopAsync();
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        _bed.Scan();
        Assert.False(Shop!.Deleted);
        _bed.Time.Advance(CatalogMerge.DeletionGrace);
        _bed.Scan();
        Assert.True(Shop!.Deleted);
        await _bed.ReconcileAsync();

        Assert.Equal(0, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        Assert.Null(Shop);
        Assert.Empty(_bed.Store.Keys);
    }

    [Fact]
    public async Task A_folder_that_is_gone_deletes_nothing()
    {
        await _bed.StartShopAsync();
        Directory.Move(_bed.Options.Standalone.Folder, _bed.Options.Standalone.Folder + ".away");
        _bed.Scan();
        _bed.Time.Advance(TimeSpan.FromHours(1));
        _bed.Scan();

        Assert.False(Shop!.Deleted);
        await _bed.ReconcileAsync();
        Assert.NotEqual(RolloutReason.Deleted, _bed.State.Reason);
    }

    [Fact]
    public async Task Of_two_files_with_the_same_key_the_first_known_stays()
    {
        await _bed.StartShopAsync();
        _bed.Put("a-later.yaml", RolloutText.Of(canary: "v9"));
        _bed.Scan();

        Assert.Equal("v2", Shop!.DeclaredRevision);
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        _bed.Scan();
        Assert.Equal("v9", Shop!.DeclaredRevision);
    }

    [Fact]
    public async Task Of_two_rollouts_with_the_same_route_the_first_known_keeps_it()
    {
        await _bed.StartShopAsync();
        _bed.Put("a-thief.yaml", RolloutText.Of("a-thief", route: "shop"));
        _bed.Scan();

        var thief = _bed.Get<IRolloutResources>().Find(new RolloutKey("default", "a-thief"))!;
        Assert.Null(thief.Spec);
        Assert.Contains("shop", Assert.Single(thief.Problems).Message, StringComparison.Ordinal);
        Assert.NotNull(Shop!.Spec);
    }

    [Fact]
    public async Task Files_that_are_too_large_or_not_text_are_refused()
    {
        await _bed.StartShopAsync();
        await File.WriteAllBytesAsync(Path.Combine(_bed.Options.Standalone.Folder, "large.yaml"), new byte[RolloutFolder.MaxFileBytes + 1]);
        await File.WriteAllBytesAsync(Path.Combine(_bed.Options.Standalone.Folder, "binary.yaml"), [0xff, 0xfe, 0x00]);
        var scan = _bed.Get<RolloutFolder>().Scan();

        Assert.Equal(["binary.yaml", "large.yaml", "shop.yaml"], scan.Files!.Select(file => file.File));
        Assert.Equal([true, true, false], scan.Files!.Select(file => file.HasErrors));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_deletes_nothing()
    {
        var target = Path.Combine(_bed.Directory, "elsewhere.yaml");
        await File.WriteAllTextAsync(target, RolloutText.Of());
        File.CreateSymbolicLink(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"), target);
        _bed.Scan();
        Assert.Empty(Shop!.Problems);

        File.Delete(target);
        _bed.Scan();
        _bed.Time.Advance(TimeSpan.FromHours(1));
        _bed.Scan();
        Assert.False(Shop!.Deleted);
        Assert.Contains("link", Assert.Single(Shop!.Problems).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pipe_or_a_device_does_not_keep_the_folder_from_being_read()
    {
        using var made = Process.Start("mkfifo", [Path.Combine(_bed.Options.Standalone.Folder, "a-pipe.yaml")]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_bed.Options.Standalone.Folder, "b-device.yaml"), "/dev/null");
        _bed.Put("shop.yaml", RolloutText.Of());
        await Task.Run(_bed.Scan, TestContext.Current.CancellationToken);
        Assert.NotNull(Shop!.Spec);
    }

    [Fact]
    public async Task A_rollout_under_way_keeps_its_route_until_it_is_at_rest()
    {
        await _bed.StartShopAsync();
        _bed.Put("shop.yaml", RolloutText.Of(route: "other"));
        _bed.Scan();
        await _bed.ReconcileAsync();
        Assert.Equal(ManagerBed.Route, Shop!.Target);
        Assert.Contains("under way", Assert.Single(Shop!.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(0, _bed.Router.WeightOf(new("default", "other")).Percent);

        _bed.Send(RolloutAction.Abort);
        await _bed.ReconcileAsync();
        _bed.Scan();
        Assert.Equal(0, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        Assert.Equal("other", Shop!.Target.Route);
        Assert.Empty(Shop!.Problems);
    }

    [Fact]
    public void A_newcomer_never_gets_the_route_of_one_that_cannot_move()
    {
        var cart = new RolloutKey("default", "cart");
        _bed.Put("cart.yaml", RolloutText.Of("cart"));
        _bed.Put("shop.yaml", RolloutText.Of());
        _bed.Scan();

        _bed.Put("cart.yaml", RolloutText.Of("cart", route: "shop"));
        _bed.Put("a-new.yaml", RolloutText.Of("a-new", route: "cart"));
        _bed.Scan();
        var resources = _bed.Get<IRolloutResources>();
        Assert.Equal(["cart", "shop"], resources.All.Where(resource => resource.Spec is not null).Select(resource => resource.Target.Route));
        Assert.Equal("cart", resources.Find(cart)!.Target.Route);
        Assert.Null(resources.Find(new RolloutKey("default", "a-new"))!.Spec);
    }

    [Fact]
    public void Two_rollouts_may_change_their_routes_with_each_other()
    {
        _bed.Put("cart.yaml", RolloutText.Of("cart"));
        _bed.Put("shop.yaml", RolloutText.Of());
        _bed.Scan();
        _bed.Put("cart.yaml", RolloutText.Of("cart", route: "shop"));
        _bed.Put("shop.yaml", RolloutText.Of(route: "cart"));
        _bed.Scan();
        Assert.Equal(["shop", "cart"], _bed.Get<IRolloutResources>().All.Select(resource => resource.Target.Route));
    }

    [Fact]
    public async Task A_changed_file_is_noticed_without_waiting_for_the_next_scan()
    {
        await using var bed = new ManagerBed(realTime: true);
        await bed.App.StartAsync();
        var pulse = bed.Get<Manager.Api.EventPulse>().Next;
        bed.Put("shop.yaml", RolloutText.Of());
        await pulse.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.NotNull(bed.State.StableRevision);
        await bed.App.StopAsync();
    }
}
