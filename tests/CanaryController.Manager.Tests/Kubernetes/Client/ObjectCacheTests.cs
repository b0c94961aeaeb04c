using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class ObjectCacheTests
{
    private static readonly ObjectName A = new("default", "a");

    private readonly ObjectCache<Thing> _cache;
    private readonly RecordingLog _log = new();
    private readonly List<string> _changes = [];

    public ObjectCacheTests()
    {
        _cache = new(_log.For<ObjectCacheTests>());
        _cache.Changed += (before, after) => _changes.Add($"{KubeBed.Show(before)} -> {KubeBed.Show(after)}");
    }

    [Fact]
    public void An_older_event_never_overwrites_a_newer_write()
    {
        _cache.Put(Thing.Of("a", "9"));
        _cache.Put(Thing.Of("a", "11"));
        _cache.Put(Thing.Of("a", "10"));
        _cache.Put(Thing.Of("a", "11"));
        _cache.Delete(A, "u1", "8");
        _cache.Delete(A, "another", "12");

        Assert.Equal(["none -> a@9", "a@9 -> a@11"], _changes);
    }

    [Fact]
    public void An_object_that_is_served_in_another_version_now_is_written_in_that_one()
    {
        _cache.Put(Thing.Of("a", "9") with { Served = new("networking.istio.io", "v1alpha3", "virtualservices", "VirtualService") });
        var served = new ObjectKind("networking.istio.io", "v1", "virtualservices", "VirtualService");
        _cache.PutListed(Thing.Of("a", "9") with { Served = served }, _cache.BeginList());
        Assert.Equal(served, _cache.Find(A)?.Served);
    }

    [Fact]
    public void What_we_deleted_does_not_come_back_by_an_event_that_was_under_way()
    {
        _cache.Put(Thing.Of("a", "9"));
        _cache.Remove(A, "u1");
        _cache.Put(Thing.Of("a", "10"));
        _cache.Delete(A, "u1", "11");
        _cache.Put(Thing.Of("a", "12", "u2"));

        Assert.Equal(["none -> a@9", "a@9 -> none", "none -> a@12"], _changes);
    }

    [Fact]
    public void A_list_removes_what_is_gone_but_not_what_was_written_meanwhile()
    {
        _cache.Put(Thing.Of("gone", "3"));
        _cache.Put(Thing.Of("a", "4"));
        var began = _cache.BeginList();
        _cache.Put(Thing.Of("created", "12", "u2"));
        _cache.Put(Thing.Of("a", "11"));
        _cache.PutListed(Thing.Of("a", "4"), began);
        _cache.EndList(null, new HashSet<ObjectName> { A }, "10", began);

        Assert.Equal(["a@11", "created@12"], _cache.All.Select(KubeBed.Show).Order());
    }

    [Fact]
    public void A_list_of_a_restored_store_overrules_versions_that_were_higher()
    {
        _cache.Put(Thing.Of("a", "1000"));
        _cache.Put(Thing.Of("b", "1001", "u2"));
        _cache.Remove(new("default", "c"), "u3");
        var began = _cache.BeginList();
        _cache.PutListed(Thing.Of("a", "40"), began);
        _cache.PutListed(Thing.Of("c", "41", "u3"), began);
        _cache.EndList(null, new HashSet<ObjectName> { A, new("default", "c") }, "50", began);

        Assert.Equal(["a@40", "c@41"], _cache.All.Select(KubeBed.Show).Order());
    }

    [Fact]
    public void A_list_of_one_namespace_says_nothing_about_others()
    {
        _cache.Put(Thing.Of("a", "4"));
        _cache.EndList("other", new HashSet<ObjectName>(), "10", _cache.BeginList());
        Assert.NotNull(_cache.Find(A));
    }

    [Fact]
    public void Objects_are_found_by_each_of_their_keys_and_by_none_that_they_lost()
    {
        _cache.Put(Thing.Of("a", "1", note: "red big"));
        _cache.Put(Thing.Of("b", "2", "u2", "red"));
        var before = _cache.By("red");
        _cache.Put(Thing.Of("a", "3", note: "big"));

        Assert.Equal(2, before.Count);
        Assert.Equal(["b@2"], _cache.By("red").Select(KubeBed.Show));
        Assert.Equal(["a@3"], _cache.By("big").Select(KubeBed.Show));
        _cache.Remove(A, "u1");
        Assert.Empty(_cache.By("big"));
    }

    [Fact]
    public void Versions_that_are_no_numbers_go_by_the_order_of_events()
    {
        _cache.Put(Thing.Of("a", "x"));
        _cache.Put(Thing.Of("a", "b"));
        _cache.Put(Thing.Of("a", "b"));
        _cache.Delete(A, "u1", "a");
        Assert.Equal(["none -> a@x", "a@x -> a@b", "a@b -> none"], _changes);
    }

    [Fact]
    public void A_listener_that_fails_is_logged_and_the_others_are_told()
    {
        var heard = 0;
        _cache.Changed += (_, _) => throw new InvalidOperationException("no");
        _cache.Changed += (_, _) => heard++;
        _cache.Put(Thing.Of("a", "1"));
        Assert.Equal((1, 1), (heard, _log.Lines.Count(line => line.StartsWith("5005 ", StringComparison.Ordinal))));
    }

    [Fact]
    public void Listeners_may_read_and_write_the_cache()
    {
        _cache.Changed += (_, after) =>
        {
            if (after is { Meta.ResourceVersion: "1" })
            {
                _cache.Put(Thing.Of("a", "2"));
            }
        };
        _cache.Put(Thing.Of("a", "1"));
        Assert.Equal("2", _cache.Find(A)!.Meta.ResourceVersion);
    }
}
