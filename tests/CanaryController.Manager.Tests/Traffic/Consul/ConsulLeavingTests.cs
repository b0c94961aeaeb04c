using System.Text.Json.Nodes;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>What is left of a service's entries once nobody leads it any more, and what happens when others write meanwhile.</summary>
public sealed class ConsulLeavingTests : IAsyncLifetime
{
    private const string Pair = """{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}, {"Weight": 0, "ServiceSubset": "v2"}]}""";
    private const string Own = """{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == v1"}, "v2": {"Filter": "Service.Meta.version == v2"}}}""";

    private ConsulRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ConsulRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Entries_that_were_made_for_the_rollout_go()
    {
        await _rig.ApplyAsync(50);
        await _rig.ApplyAsync(0);
        _rig.Consul.SetInstances("shop", "v2", 0);
        Assert.Null(await _rig.RestoreAsync());
        Assert.Null(_rig.Consul.Entry("service-splitter"));
        Assert.Null(_rig.Consul.Entry("service-resolver"));
        Assert.Equal(["DELETE /v1/config/service-splitter/shop", "DELETE /v1/config/service-resolver/shop"], _rig.Consul.Writes.TakeLast(2).Select(write => write.Split('?')[0]));
        Assert.Null(await _rig.RestoreAsync());
    }

    [Fact]
    public async Task Entries_that_were_there_are_put_back_as_they_were()
    {
        _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "RequestHeaders": {"Set": {"x-mesh": "yes"}}}], "Meta": {"team": "a"}}""");
        _rig.Consul.Put("""{"Kind": "service-resolver", "Name": "shop", "ConnectTimeout": "3s", "DefaultSubset": "prod", "Subsets": {"prod": {"Filter": "Service.Meta.env == prod", "OnlyPassing": true}}, "Failover": {"prod": {"Datacenters": ["dc2"]}}}""");
        var (splitter, resolver) = (_rig.Consul.Entry("service-splitter"), _rig.Consul.Entry("service-resolver"));
        await _rig.ApplyAsync(50);
        var during = _rig.Consul.Entry("service-resolver")!;
        Assert.Equal("(Service.Meta.env == prod) and Service.Meta.version == \"v2\"", (string?)during["Subsets"]!["v2"]!["Filter"]);
        Assert.True((bool)during["Subsets"]!["v2"]!["OnlyPassing"]!);
        Assert.NotNull(during["Failover"]!["v2"]);
        Assert.All(_rig.Consul.Entry("service-splitter")!["Splits"]!.AsArray(), split => Assert.NotNull(split!["RequestHeaders"]));

        await _rig.ApplyAsync(0);
        _rig.Consul.SetInstances("shop", "v2", 0);
        Assert.Null(await _rig.RestoreAsync());
        Assert.True(JsonNode.DeepEquals(splitter, _rig.Consul.Entry("service-splitter")), _rig.Consul.Entry("service-splitter")!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(resolver, _rig.Consul.Entry("service-resolver")), _rig.Consul.Entry("service-resolver")!.ToJsonString());
    }

    [Fact]
    public async Task Subsets_and_splits_that_users_wrote_stay_and_everything_goes_to_what_is_stable_now()
    {
        _rig.Consul.Put(Own);
        _rig.Consul.Put(Pair);
        await _rig.ApplyAsync(50);
        Assert.DoesNotContain("PUT service-resolver", _rig.Consul.Writes);
        await _rig.ApplyAsync(100);
        Assert.Null(await _rig.RestoreAsync("v2"));
        Assert.Equal("v1 0, v2 100", _rig.Splits());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Own), _rig.Consul.Entry("service-resolver")));
        Assert.Null(_rig.Consul.Entry("service-splitter")!["Meta"]);
    }

    [Fact]
    public async Task A_split_that_users_pinned_to_an_old_version_goes_to_stable_and_keeps_the_subset_for_it()
    {
        _rig.Consul.Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == v1"}}}""");
        _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}]}""");
        await _rig.ApplyAsync(100);
        Assert.Null(await _rig.RestoreAsync("v2"));
        Assert.Equal("v2 100", _rig.Splits());
        Assert.Equal("v1: Service.Meta.version == v1, v2: Service.Meta.version == \"v2\"", _rig.Subsets());
    }

    [Fact]
    public async Task A_service_is_not_given_back_while_instances_of_another_version_would_get_requests()
    {
        await _rig.ApplyAsync(10);
        await _rig.ApplyAsync(0);
        var waits = await _rig.RestoreAsync();
        Assert.StartsWith("Waits until the 2 instances of service shop that are not of version v1 are deregistered", waits, StringComparison.Ordinal);
        Assert.Equal("v1 100, v2 0", _rig.Splits());

        _rig.Consul.SetInstances("shop", "v2", 0);
        Assert.Null(await _rig.RestoreAsync());
    }

    [Fact]
    public async Task A_default_subset_of_the_old_version_is_waited_for()
    {
        _rig.Consul.Put("""{"Kind": "service-resolver", "Name": "shop", "DefaultSubset": "v1", "Subsets": {"v1": {"Filter": "Service.Meta.version == v1"}}}""");
        await _rig.ApplyAsync(10);
        await _rig.ApplyAsync(100);
        _rig.Consul.SetInstances("shop", "v1", 0);
        Assert.StartsWith("Waits until the default subset v1", await _rig.RestoreAsync("v2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_put_into_our_resolver_meanwhile_stays()
    {
        await _rig.ApplyAsync(0);
        var resolver = _rig.Consul.Entry("service-resolver")!;
        resolver["ConnectTimeout"] = "7s";
        _rig.Consul.Put(resolver.ToJsonString());
        _rig.Consul.SetInstances("shop", "v2", 0);
        Assert.Null(await _rig.RestoreAsync());
        Assert.Equal("""{"Kind":"service-resolver","Name":"shop","ConnectTimeout":"7s"}""", _rig.Consul.Entry("service-resolver")!.ToJsonString());
    }

    [Fact]
    public async Task An_entry_that_somebody_wrote_over_is_his()
    {
        await _rig.ApplyAsync(0);
        _rig.Consul.Put(Pair);
        Assert.Null(await _rig.RestoreAsync());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Pair), _rig.Consul.Entry("service-splitter")));
        Assert.NotNull(_rig.Consul.Entry("service-resolver")!["Subsets"]!["v1"]);
    }

    [Theory]
    [InlineData("PUT service-resolver")]
    [InlineData("PUT service-splitter")]
    [InlineData("DELETE service-splitter")]
    [InlineData("DELETE service-resolver")]
    public async Task Wherever_the_process_dies_the_next_one_comes_to_the_same_end(string after)
    {
        var died = false;
        _rig.Consul.Written = what => died |= what == after;
        _rig.Consul.Before = context =>
        {
            if (died)
            {
                context.Abort();
            }

            return Task.FromResult(died);
        };

        async Task SurviveAsync(Func<Task> act)
        {
            await act();
            if (died)
            {
                (died, _rig.Consul.Written) = (false, _ => { });
                _rig.Restart();
                await act();
            }
        }

        await SurviveAsync(() => _rig.ApplyAsync(0));
        await SurviveAsync(() => _rig.ApplyAsync(10));
        Assert.Equal("v1 90, v2 10", _rig.Splits());
        await SurviveAsync(() => _rig.ApplyAsync(0));
        _rig.Consul.SetInstances("shop", "v2", 0);
        await SurviveAsync(() => _rig.RestoreAsync());
        Assert.Null(_rig.Consul.Entry("service-splitter"));
        Assert.Null(_rig.Consul.Entry("service-resolver"));
    }

    [Fact]
    public async Task Who_undoes_the_splits_again_and_again_is_named_and_left_alone_for_a_while()
    {
        await _rig.ApplyAsync(10);
        var rests = new List<string?>();
        for (var times = 0; times < 3; times++)
        {
            _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}], "Meta": {"external-source": "terraform"}}""");
            rests.Add((await _rig.ApplyAsync(10)).Route.Problem);
            Assert.Equal(10, (await _rig.ApplyAsync(10)).Route.Applied?.Weight.Percent);
        }

        Assert.Null(rests[0]);
        Assert.All(rests.Skip(1), rest => Assert.StartsWith("terraform changed the splits of service shop again", rest, StringComparison.Ordinal));
        var condition = Assert.Single((await _rig.ReadAsync()).Conditions);
        Assert.Equal(("RouteContended", "ChangedByOthers"), (condition.Type, condition.Reason));
        Assert.Contains("terraform changed the splits of service shop 3 times", condition.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_that_shall_get_nothing_is_never_left_alone()
    {
        await _rig.ApplyAsync(10);
        for (var times = 0; times < 5; times++)
        {
            _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 60, "ServiceSubset": "v1"}, {"Weight": 40, "ServiceSubset": "v2"}]}""");
            Assert.Equal((0m, null), (await _rig.ApplyAsync(0) is var now ? now.Route.Applied?.Weight.Percent : null, now.Route.Problem));
        }
    }
}
