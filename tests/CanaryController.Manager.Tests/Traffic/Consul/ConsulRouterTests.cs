using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>The router against a Consul that holds it to the API's rules.</summary>
public sealed class ConsulRouterTests : IAsyncLifetime
{
    private ConsulRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ConsulRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("0")]
    [InlineData("0.01")]
    [InlineData("33.33")]
    [InlineData("50")]
    [InlineData("99.99")]
    [InlineData("100")]
    public async Task What_was_applied_is_what_is_read(string percent)
    {
        var split = ConsulRig.Split(decimal.Parse(percent, System.Globalization.CultureInfo.InvariantCulture));
        var applied = await _rig.ApplyAsync(split);
        Assert.Equal((split, true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal(split, (await _rig.ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task Every_share_in_steps_of_a_hundredth_is_stored_exactly()
    {
        await _rig.ApplyAsync(1);
        for (var points = 1; points <= CanaryWeight.WholeBasisPoints; points += 97)
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            Assert.Equal(weight, (await _rig.ApplyAsync(new TrafficSplit("v1", "v2", weight, []))).Route.Applied?.Weight);
        }
    }

    [Fact]
    public async Task Instances_are_told_by_version_and_critical_ones_take_no_requests()
    {
        _rig.Consul.SetInstances("shop", "v2", 2, "critical");
        var reading = await _rig.ReadAsync();
        Assert.Equal((new VersionInstances(3, 3), new VersionInstances(0, 2)), (reading.Versions["v1"], reading.Versions["v2"]));

        _rig.Consul.SetInstances("shop", "v2", 2, "warning");
        Assert.Equal(new VersionInstances(2, 2), (await _rig.ReadAsync()).Versions["v2"]);
    }

    [Fact]
    public async Task A_service_that_is_not_divided_is_pinned_to_stable_when_it_is_led()
    {
        var before = await _rig.ReadAsync();
        Assert.Equal((null, TrafficSplit.AllTo("v1"), null), (before.Route.Applied, before.Found, before.Route.Problem));

        await _rig.ApplyAsync(TrafficSplit.AllTo("v1"));
        Assert.Equal(("v1 100", "v1: Service.Meta.version == \"v1\""), (_rig.Splits(), _rig.Subsets()));
    }

    [Fact]
    public async Task Subsets_come_before_the_splits_that_name_them_and_go_after()
    {
        await _rig.ApplyAsync(0);
        await _rig.ApplyAsync(100);
        _rig.Consul.SetInstances("shop", "v3", 2);
        var writes = _rig.Consul.Writes.Count;
        var order = new List<string>();
        _rig.Consul.Written = order.Add;
        await _rig.ApplyAsync(ConsulRig.Split(0, "v2", "v3"));

        Assert.Equal(["PUT service-resolver", "PUT service-splitter", "PUT service-resolver"], order);
        Assert.Equal(3, _rig.Consul.Writes.Count - writes);
        Assert.Equal("v2 100, v3 0", _rig.Splits());
        Assert.Equal(["v2", "v3"], _rig.Consul.Entry("service-resolver")!["Subsets"]!.AsObject().Select(subset => subset.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_shift_is_one_write_and_no_shift_is_none()
    {
        await _rig.ApplyAsync(10);
        var writes = _rig.Consul.Writes.Count;
        await _rig.ApplyAsync(20);
        Assert.Equal(1, _rig.Consul.Writes.Count - writes);
        await _rig.ApplyAsync(20);
        await _rig.ReadAsync();
        Assert.Equal(1, _rig.Consul.Writes.Count - writes);
    }

    [Fact]
    public async Task A_canary_gets_nothing_before_an_instance_of_its_subset_is_healthy()
    {
        _rig.Consul.SetInstances("shop", "v2", 2, "critical");
        await _rig.ApplyAsync(0);
        var refused = await _rig.ApplyAsync(10);
        Assert.StartsWith("Waits for a healthy instance of version v2", refused.Route.Problem, StringComparison.Ordinal);
        Assert.Equal("v1 100, v2 0", _rig.Splits());

        _rig.Consul.SetInstances("shop", "v2", 1);
        Assert.Equal(10, (await _rig.ApplyAsync(10)).Route.Applied?.Weight.Percent);
    }

    [Fact]
    public async Task A_service_whose_instances_name_no_version_is_never_pinned_to_nothing()
    {
        _rig.Consul.SetInstances("shop", "v1", 0);
        _rig.Consul.SetInstances("shop", null, 3);
        var refused = await _rig.ApplyAsync(TrafficSplit.AllTo("v1"));
        Assert.Contains("Meta.version = v1", refused.Route.Problem, StringComparison.Ordinal);
        Assert.Null(_rig.Consul.Entry("service-splitter"));
    }

    [Theory]
    [InlineData("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "tcp"}""", "The protocol of service shop is tcp")]
    [InlineData("""{"Kind": "service-defaults", "Name": "shop"}""", "The protocol of service shop is tcp")]
    [InlineData("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Destination": {"ServiceSubset": "v9"}}]}""", "past the service-splitter: take ServiceSubset")]
    [InlineData("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/"}}, "Destination": {"Service": "shop2"}}]}""", "to service shop2, past the service-splitter")]
    [InlineData("""{"Kind": "service-resolver", "Name": "shop", "Redirect": {"Service": "shop2"}}""", "redirects to shop2")]
    [InlineData("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 90}, {"Weight": 10, "Service": "shop2"}]}""", "sends 10 % to service shop2")]
    [InlineData("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.env == prod"}}}""", "The subset v1 of service-resolver shop does not select version v1")]
    [InlineData("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v2": {}}}""", "The subset v2 of service-resolver shop does not select version v2")]
    public async Task What_cannot_be_divided_is_said_with_its_fix_and_nothing_is_written(string entry, string problem)
    {
        _rig.Consul.Put(entry);
        var refused = await _rig.ApplyAsync(10);
        Assert.Contains(problem, refused.Route.Problem, StringComparison.Ordinal);
        Assert.False(refused.Route.Accepted);
        Assert.Empty(_rig.Consul.Writes);
    }

    [Fact]
    public async Task The_protocol_of_all_proxies_counts_where_the_service_has_none()
    {
        _rig.Consul.Put("""{"Kind": "service-defaults", "Name": "shop"}""");
        _rig.Consul.Put("""{"Kind": "proxy-defaults", "Name": "global", "Config": {"protocol": "grpc"}}""");
        Assert.Equal(10, (await _rig.ApplyAsync(10)).Route.Applied?.Weight.Percent);
    }

    [Fact]
    public async Task Requests_that_a_router_sends_past_the_splitter_are_told_as_a_condition()
    {
        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/beta"}}, "Destination": {"ServiceSubset": "v2"}}, {"Match": {"HTTP": {"PathPrefix": "/x"}}}]}""");
        _rig.Consul.Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v2": {"Filter": "Service.Meta.version == v2"}}}""");
        var condition = Assert.Single((await _rig.ApplyAsync(10)).Conditions);
        Assert.Equal("RouteBypassed", condition.Type);
        Assert.Contains("route 1 to subset v2", condition.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_is_never_reached_keeps_nothing_back()
    {
        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/"}}, "Destination": {"NumRetries": 2}}, {"Destination": {"ServiceSubset": "v1"}}]}""");
        Assert.Equal((10m, 0), ((await _rig.ApplyAsync(10)).Route.Applied?.Weight.Percent, (await _rig.ReadAsync()).Conditions.Count));
    }

    [Theory]
    [InlineData("""[{"SourceName": "*", "Action": "deny"}]""", true)]
    [InlineData("""[{"SourceName": "web", "Action": "deny"}, {"SourceName": "*", "Action": "deny"}]""", true)]
    [InlineData("""[{"SourceName": "web", "Action": "allow"}, {"SourceName": "*", "Action": "deny"}]""", false)]
    [InlineData("""[{"SourceName": "web", "Permissions": [{"Action": "allow"}]}, {"SourceName": "*", "Action": "deny"}]""", false)]
    [InlineData("""[{"SourceName": "web", "Action": "deny"}]""", false)]
    public async Task Intentions_that_let_nobody_in_are_told_before_the_first_shift(string intentions, bool isRefused)
    {
        _rig.Consul.Intentions = JsonNode.Parse(intentions)!.AsArray();
        Assert.Equal(isRefused, (await _rig.ApplyAsync(10)).Route.Problem?.StartsWith("Intentions deny every caller", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task A_write_on_an_old_basis_moves_nothing_and_answers_what_is_there()
    {
        await _rig.ApplyAsync(10);
        var basis = await _rig.ReadAsync();
        _rig.Consul.Put(Splitter(70, 30));
        var stale = await _rig.Router.ApplyAsync(ConsulRig.Shop, ConsulRig.Split(20), basis, CancellationToken.None);
        Assert.Equal((30m, null), (stale.Route.Applied?.Weight.Percent, stale.Route.Problem));
        Assert.NotEqual(basis.Basis, stale.Basis);
        Assert.Equal("v1 70, v2 30", _rig.Splits());

        Assert.Equal(20, (await _rig.ApplyAsync(20)).Route.Applied?.Weight.Percent);
    }

    [Fact]
    public async Task Without_a_basis_nothing_is_written()
    {
        await _rig.ApplyAsync(10);
        var reading = await _rig.Router.ApplyAsync(ConsulRig.Shop, ConsulRig.Split(20), RouteReading.Unknown("Consul was down."), CancellationToken.None);
        Assert.Equal(10, reading.Route.Applied?.Weight.Percent);
        Assert.NotEmpty(reading.Basis);
    }

    [Fact]
    public async Task Somebody_who_writes_between_our_two_writes_is_not_overwritten()
    {
        _rig.Consul.Written = what =>
        {
            _rig.Consul.Written = _ => { };
            _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}]}""");
        };
        var stale = await _rig.ApplyAsync(10);
        Assert.Equal((0m, null), (stale.Route.Applied?.Weight.Percent, stale.Route.Problem));
        Assert.Equal("v1 100", _rig.Splits());
    }

    [Fact]
    public async Task A_share_falls_by_one_write_even_when_nothing_else_of_consul_answers()
    {
        await _rig.ApplyAsync(50);
        await _rig.ReadAsync();
        var basis = await _rig.Router.ReadAsync(ConsulRig.Shop, "v1", "v2", CancellationToken.None);
        var seen = _rig.Consul.Requests.Count;
        await _rig.Router.ApplyAsync(ConsulRig.Shop, ConsulRig.Split(0), basis, CancellationToken.None);
        Assert.StartsWith("PUT /v1/config?cas=", _rig.Consul.Requests.Skip(seen).First(request => !request.Contains("index=", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("v1 100, v2 0", _rig.Splits());
    }

    [Theory]
    [InlineData(70, "v1 90, v2 0,  10")]
    [InlineData(null, "v1 90,  10")]
    public async Task An_abort_is_written_beside_a_split_that_somebody_added(int? stable, string splits)
    {
        await _rig.ApplyAsync(20);
        var splitter = _rig.Consul.Entry("service-splitter")!.DeepClone().AsObject();
        var (own, theirs) = (splitter["Splits"]![0]!.DeepClone(), splitter["Splits"]![1]!.DeepClone());
        (own["Weight"], theirs["Weight"]) = (stable, 90 - (stable ?? 0));
        splitter["Splits"] = new JsonArray([.. stable is null ? [] : (JsonNode[])[own], theirs, new JsonObject { ["Weight"] = 10, ["Service"] = "shop2" }]);
        _rig.Consul.Put("""{"Kind": "service-defaults", "Name": "shop2", "Protocol": "http"}""");
        _rig.Consul.Put(splitter.ToJsonString());

        Assert.Contains("take that split out", (await _rig.ApplyAsync(30)).Route.Problem, StringComparison.Ordinal);
        await _rig.ApplyAsync(0);

        Assert.Equal(splits, _rig.Splits());
    }

    [Fact]
    public async Task Agents_that_are_not_configured_are_told_by_name() =>
        Assert.Contains("'other'", (await _rig.Router.ReadAsync(new("other", "shop"), "v1", null, CancellationToken.None)).Route.Problem, StringComparison.Ordinal);

    private static string Splitter(int stable, int canary) =>
        $$"""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": {{stable}}, "ServiceSubset": "v1"}, {"Weight": {{canary}}, "ServiceSubset": "v2"}]}""";
}
