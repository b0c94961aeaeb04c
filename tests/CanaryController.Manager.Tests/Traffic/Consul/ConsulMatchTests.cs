using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>Matched requests in a Consul mesh, by routes of the service-router.</summary>
public sealed class ConsulMatchTests : IAsyncLifetime
{
    private static readonly ConsulVersions _pair = ConsulVersions.Of("shop", "v1", "v2");
    private static readonly EquatableArray<RequestMatch> _picks = [new(RequestMatchKind.Header, "X-Canary", "a.b \"c\""), new(RequestMatchKind.Cookie, "tester", "yes"), new(RequestMatchKind.Header, "tenant", "t")];
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ConsulRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ConsulRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public void Matched_requests_of_the_splitter_go_to_the_canary_and_all_others_go_as_before() =>
        Gen.Select(Router(), Gen.Int[1, 7]).Sample((before, mask) =>
        {
            EquatableArray<RequestMatch> picks = [.. _picks.Where((_, index) => (mask & (1 << index)) != 0)];
            var after = RouterPlan.Match(before, _pair, null, picks).Entry!;
            Assert.Null(ConsulRules.Validate(after));
            foreach (var (path, headers) in Requests())
            {
                var (was, now) = (Target(before, path, headers), Target(after, path, headers));
                Assert.Equal(was == "splitter" && picks.Any(pick => Has(headers, pick)) ? "v2" : was, now);
            }
        });

    [Fact]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Router(), Gen.Int[0, 7].Array[1, 4]).Sample((before, masks) =>
        {
            var router = before;
            foreach (var mask in masks)
            {
                EquatableArray<RequestMatch> picks = [.. _picks.Where((_, index) => (mask & (1 << index)) != 0)];
                router = Applied(router, RouterPlan.Match(router, _pair, null, picks));
                Assert.Equal(picks, RouterPlan.Read(router, _pair, null));
                Assert.Equal(ConsulPlan.Nothing, RouterPlan.Match(router, _pair, null, picks));
                Assert.Equal(Texts(before?["Routes"]), RouterPlan.Users(router).Select(route => route.ToJsonString()));
            }

            var restored = Applied(router, RouterPlan.Match(router, ConsulVersions.Of("shop", "v1", null), null, []));
            Assert.True(JsonNode.DeepEquals(before, restored), $"{before?.ToJsonString()}\n{restored?.ToJsonString()}");
        });

    [Fact]
    public async Task Steps_with_matches_are_carried_out_and_an_abort_leaves_nothing()
    {
        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Meta": {"team": "shop"}, "Routes": [{"Match": {"HTTP": {"PathPrefix": "/api", "Methods": ["get"]}}, "Destination": {"RequestTimeout": "5s"}}, {"Match": {"HTTP": {"PathPrefix": "/blog"}}, "Destination": {"Service": "blog"}}]}""");
        var before = _rig.Consul.Entry("service-router");
        await _rig.ApplyAsync(0);
        foreach (var split in (TrafficSplit[])[Split(0, _picks[0]), Split(12.5m, _picks[0], _picks[1]), Split(12.5m, _picks[1]), Split(50), Split(20, _picks[0]), Split(0, _picks[0])])
        {
            var read = await _rig.ApplyAsync(split);
            Assert.Equal((split, true, null), (read.Route.Applied, read.Route.Accepted, read.Route.Problem));
            Assert.DoesNotContain(read.Conditions, condition => condition.Type == "RouteBypassed" && condition.Message.Contains("subset v2", StringComparison.Ordinal));
        }

        _rig.Restart();
        Assert.Equal(Split(0, _picks[0]), (await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(Split(0), (await _rig.ApplyAsync(Split(0))).Route.Applied);
        Assert.True(JsonNode.DeepEquals(before, _rig.Consul.Entry("service-router")));
    }

    [Fact]
    public async Task A_router_that_was_made_for_it_is_deleted_and_subsets_go_after_the_routes_that_name_them()
    {
        await _rig.ApplyAsync(Split(0, _picks[0]));
        Assert.NotNull(_rig.Consul.Entry("service-router"));
        var order = new List<string>();
        _rig.Consul.Written = order.Add;
        _rig.Consul.SetInstances("shop", "v2", 0);
        Assert.Null(await _rig.RestoreAsync());
        Assert.Equal("DELETE service-router", order[0]);
        Assert.Null(_rig.Consul.Entry("service-router"));
        Assert.Null(_rig.Consul.Entry("service-resolver"));
    }

    [Fact]
    public async Task A_canary_without_a_healthy_instance_gets_no_matched_request()
    {
        _rig.Consul.SetInstances("shop", "v2", 2, "critical");
        await _rig.ApplyAsync(0);
        Assert.StartsWith("Waits for a healthy instance of version v2", (await _rig.ApplyAsync(Split(0, _picks[0]))).Route.Problem, StringComparison.Ordinal);
        Assert.Null(_rig.Consul.Entry("service-router"));
    }

    [Fact]
    public async Task An_abort_ends_matches_before_the_weight_and_the_weight_falls_when_that_fails()
    {
        await _rig.ApplyAsync(Split(50, _picks[0]));
        var basis = await _rig.ReadAsync();
        var order = new List<string>();
        _rig.Consul.Written = order.Add;
        _rig.Consul.Denied = "DELETE /v1/config/service-router";
        var reading = await _rig.Router.ApplyAsync(ConsulRig.Shop, Split(0), basis, CancellationToken.None);
        Assert.Equal((false, "v1 100, v2 0"), (reading.Route.Accepted, _rig.Splits()));
        Assert.Contains("refused to delete service-router shop", reading.Route.Problem, StringComparison.Ordinal);
        _rig.Consul.Denied = null;
        Assert.Equal(Split(0), (await _rig.ApplyAsync(Split(0))).Route.Applied);
        Assert.Equal("DELETE service-router", order[^1]);
    }

    [Fact]
    public async Task Routes_that_somebody_changes_are_written_again_and_one_of_the_users_own_is_not_taken_for_ours()
    {
        await _rig.ApplyAsync(Split(10, _picks[0]));
        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/x"}}}]}""");
        Assert.Equal(Split(10), (await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(Split(10, _picks[0]), (await _rig.ApplyAsync(Split(10, _picks[0]))).Route.Applied);
        Assert.Equal(3, _rig.Consul.Entry("service-router")!["Routes"]!.AsArray().Count);

        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"Header": [{"Name": "tenant", "Exact": "t"}]}}, "Destination": {"ServiceSubset": "v2"}}]}""");
        var refused = await _rig.ApplyAsync(Split(10, _picks[2]));
        Assert.StartsWith("Route 1 of service-router shop leads requests of the same header to subset v2 itself", refused.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(Split(5), (await _rig.ApplyAsync(Split(5))).Route.Applied);
    }

    [Fact]
    public async Task Header_modifiers_of_the_canarys_split_hold_for_matched_requests_too()
    {
        _rig.Consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ResponseHeaders": {"Set": {"x-mesh": "1"}}}]}""");
        await _rig.ApplyAsync(Split(10, _picks[0]));
        Assert.Equal("1", (string)_rig.Consul.Entry("service-router")!["Routes"]![0]!["Destination"]!["ResponseHeaders"]!["Set"]!["x-mesh"]!);

        _rig.Consul.Put("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/x"}}, "Destination": {"ResponseHeaders": {"Remove": ["server"]}}}]}""");
        Assert.Contains("keep them in one of the two", (await _rig.ApplyAsync(Split(10, _picks[0]))).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_into_Meta_is_said()
    {
        var meta = new JsonObject([.. Enumerable.Range(0, 62).Select(index => KeyValuePair.Create<string, JsonNode?>($"k{index}", "v"))]);
        var router = new JsonObject { ["Kind"] = "service-router", ["Name"] = "shop", ["Meta"] = meta };
        Assert.Null(RouterPlan.Match(router, _pair, null, [_picks[0]]).Problem);
        Assert.StartsWith("The Meta of service-router shop has 64 pairs", RouterPlan.Match(router, _pair, null, _picks).Problem, StringComparison.Ordinal);
        Assert.StartsWith("The match by x takes ", RouterPlan.Match(null, _pair, null, [new(RequestMatchKind.Header, "x", new('"', 256))]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var users = JsonNode.Parse("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/api"}}, "Destination": {"NumRetries": 2}}, {"Match": {"HTTP": {"PathPrefix": "/blog"}}, "Destination": {"Service": "blog"}}], "ModifyIndex": 7}""")!.AsObject();
        var text = new StringBuilder();
        foreach (var (title, router) in ((string, JsonObject?)[])[("No service-router", null), ("A service-router of the user's", users)])
        {
            text.Append(title).Append('\n');
            var entry = RouterPlan.Match(router, _pair, null, [_picks[0], _picks[1]]).Entry!;
            foreach (var (name, value) in entry.Where(member => member.Key is not "Routes"))
            {
                text.Append("  ").Append(name).Append(": ").Append(value!.ToJsonString(_plain)).Append('\n');
            }

            foreach (var route in entry["Routes"]!.AsArray())
            {
                text.Append("  route ").Append(route!.ToJsonString(_plain)).Append('\n');
            }
        }

        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Consul/Routes.txt", text.ToString()), text.ToString());
    }

    private static TrafficSplit Split(decimal percent, params EquatableArray<RequestMatch> matches) => ConsulRig.Split(percent) with { Matches = matches };

    private static JsonObject? Applied(JsonObject? router, ConsulPlan plan) => plan.IsDeleted ? null : plan.Entry ?? router;

    private static IEnumerable<string> Texts(JsonNode? routes) => (routes as JsonArray ?? []).Select(route => route!.ToJsonString());

    /// <summary>Where Consul leads a request: the first route that matches, and the service-splitter when none does.</summary>
    private static string Target(JsonObject? router, string path, Dictionary<string, string> headers)
    {
        var route = (router?["Routes"] as JsonArray ?? []).FirstOrDefault(each => Matches(each!["Match"]?["HTTP"] as JsonObject ?? [], path, headers));
        var to = route?["Destination"];
        return (string?)to?["ServiceSubset"] is { } subset ? subset : (string?)to?["Service"] is { } service and not "shop" ? service : "splitter";
    }

    private static bool Matches(JsonObject http, string path, Dictionary<string, string> headers) =>
        path.StartsWith((string?)http["PathPrefix"] ?? "/", StringComparison.Ordinal)
        && (http["PathExact"] is not { } exact || path == (string)exact!)
        && (http["Header"] as JsonArray ?? []).All(header => headers.TryGetValue(((string)header!["Name"]!).ToLowerInvariant(), out var value)
            && (header["Exact"] is { } text ? value == (string)text! : header["Regex"] is not { } regex || Regex.IsMatch(value, $"^(?:{regex})$", RegexOptions.None, TimeSpan.FromSeconds(1))));

    private static bool Has(Dictionary<string, string> headers, RequestMatch pick) => pick.Kind is RequestMatchKind.Cookie
        ? headers.GetValueOrDefault("cookie")?.Contains($"{pick.Name}={pick.Value}", StringComparison.Ordinal) is true
        : headers.GetValueOrDefault(pick.Name.ToLowerInvariant()) == pick.Value;

    private static IEnumerable<(string Path, Dictionary<string, string> Headers)> Requests() =>
        from path in (string[])["/", "/a", "/ab/c", "/b"]
        from headers in (Dictionary<string, string>[])[[], new() { ["x-canary"] = _picks[0].Value }, new() { ["cookie"] = "x=1; tester=yes" }, new() { ["tenant"] = "t", ["cookie"] = "other=yes" }]
        select (path, headers);

    private static Gen<JsonObject?> Router() =>
        from isThere in Gen.Bool
        from routes in Route().Array[0, 4]
        from unknown in Gen.Int[0, 9]
        select isThere ? new JsonObject { ["Kind"] = "service-router", ["Name"] = "shop", ["Routes"] = new JsonArray([.. routes.Select(route => route.DeepClone())]), ["future"] = unknown, ["Meta"] = new JsonObject { ["team"] = "shop" }, ["ModifyIndex"] = 7 } : null;

    private static Gen<JsonObject> Route() =>
        from match in Gen.Int[0, 4]
        from to in Gen.Int[0, 4]
        from unknown in Gen.Int[0, 99]
        select JsonNode.Parse($$"""
            { {{match switch
            {
                0 => "",
                1 => """ "Match": {}, """,
                2 => """ "Match": {"HTTP": {"PathPrefix": "/a", "future": 1}}, """,
                3 => """ "Match": {"HTTP": {"PathExact": "/b"}}, """,
                _ => """ "Match": {"HTTP": {"Header": [{"Name": "tenant", "Exact": "t"}]}}, """,
            }}} {{to switch
            {
                0 => "",
                1 => """ "Destination": {"NumRetries": 2}, """,
                2 => """ "Destination": {"Service": "shop", "RequestTimeout": "5s"}, """,
                3 => """ "Destination": {"Service": "blog"}, """,
                _ => """ "Destination": {"ServiceSubset": "v1"}, """,
            }}} "unknown": {{unknown}} }
            """)!.AsObject();
}
