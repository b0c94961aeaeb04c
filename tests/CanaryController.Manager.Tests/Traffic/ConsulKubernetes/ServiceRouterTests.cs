using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.Kinds;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>Matched requests on Consul on Kubernetes: copies of the user's routes in the ServiceRouter.</summary>
public sealed class ServiceRouterTests
{
    private static readonly BackendPair _pair = new("shop", "shop", null, "stable", "canary", IsExternal: false) { BySubset = true };
    private static readonly EquatableArray<RequestMatch> _picks = [new(RequestMatchKind.Header, "X-Canary", "always"), new(RequestMatchKind.Cookie, "tester", "yes"), new(RequestMatchKind.Header, "tenant", "t")];

    [Fact]
    public void Matched_requests_of_the_splitter_go_to_the_canary_and_all_others_go_as_before() =>
        Gen.Select(Route().Array[1, 4], Gen.Int[1, 7]).Sample((routes, mask) =>
        {
            var (before, picks) = (Object([.. routes, new()]), Picks(mask));
            var after = Applied(before, picks);
            foreach (var (path, headers) in Requests())
            {
                var was = Target(before, path, headers);
                var isOfARoute = Routes(before).Any(route => Matches(route, path, headers));
                Assert.Equal(was == "splitter" && isOfARoute && picks.Any(pick => Has(headers, pick)) ? "canary" : was, Target(after, path, headers));
            }
        });

    [Fact]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Route().Array[1, 4], Gen.Int[0, 7].Array[1, 4]).Sample((routes, masks) =>
        {
            var before = Object([.. routes, new()]);
            var route = before;
            foreach (var mask in masks)
            {
                route = Applied(route, Picks(mask));
                var split = RouteSplit.Of(Project(route), _pair, default);
                Assert.Equal((BesideParts.Matches, Picks(mask), null), (split.Only, split.Beside.Matches, split.Problem));
                Assert.Null(Plan(route, Picks(mask)).Patch);
                Assert.Equal(Routes(before).Select(each => each.ToJsonString()), Routes(route).Where(each => (string?)each["destination"]?["serviceSubset"] != "canary").Select(each => each.ToJsonString()));
            }

            var restored = PatchedJson.Apply(route, RouteRestore.Of(Project(route), _pair)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Fact]
    public void A_copy_that_somebody_takes_away_or_whose_rule_somebody_changes_is_written_again()
    {
        var route = Applied(Object(JsonNode.Parse("""{"match": {"http": {"pathPrefix": "/a"}}, "destination": {"numRetries": 1}}""")!.AsObject(), new()), Picks(3));
        foreach (var change in (Action<JsonArray>[])[routes => routes.RemoveAt(0), routes => routes[2]!["destination"]!["numRetries"] = 2, routes => routes.Insert(0, new JsonObject())])
        {
            var changed = route.DeepClone().AsObject();
            change(changed["spec"]!["routes"]!.AsArray());
            Assert.StartsWith("The routes of ServiceRouter shop/shop that match and mirror requests are not as they were written", RouteSplit.Of(Project(changed), _pair, default).Problem, StringComparison.Ordinal);
            Assert.Equal(Picks(3), RouteSplit.Of(Project(Applied(changed, Picks(3))), _pair, default).Beside.Matches);
        }
    }

    [Fact]
    public void Weights_and_matches_of_a_rollout_have_to_say_the_same()
    {
        var splitter = ConsulKubernetesRig.Project(ConsulKubernetesRig.Body("ServiceSplitter", """{"splits": [{"weight": 90, "serviceSubset": "stable"}, {"weight": 10, "serviceSubset": "canary"}]}"""));
        Assert.Null(Folded(splitter, Project(Applied(Object(new JsonObject()), Picks(1)))).Applied);
        Assert.Equal(CanaryWeight.FromBasisPoints(1000), Folded(splitter, Project(Object(new JsonObject()))).Applied?.Weight);
        Assert.Contains("No route of ServiceRouter shop/shop sends to Service shop", Folded(splitter, Project(Object(JsonNode.Parse("""{"destination": {"service": "blog"}}""")!.AsObject()))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_with_a_match_leads_testers_to_the_canary_once_its_subset_has_a_pod_and_an_abort_ends_it()
    {
        var rig = ConsulKubernetesRig.Ready(router: """{"routes": [{"match": {"http": {"pathPrefix": "/"}}}]}""");
        Assert.Equal(0, (await rig.SettleAsync(0)).Route.Applied?.Weight.Percent);
        var waiting = await rig.ApplyAsync(0, Picks(1));
        Assert.Contains("Waits for a ready pod of v2", waiting.Route.Problem, StringComparison.Ordinal);
        Assert.Single(rig.Kube.Find(ConsulKubernetesRig.RouterKind, "shop")["spec"]!["routes"]!.AsArray());

        rig.CanaryIsReady();
        var matched = await rig.SettleAsync(0, Picks(1));
        Assert.Equal((Picks(1), true), (matched.Route.Applied!.Matches, matched.Route.Accepted));
        Assert.Equal("canary", (string?)rig.Kube.Find(ConsulKubernetesRig.RouterKind, "shop")["spec"]!["routes"]![0]!["destination"]!["serviceSubset"]);
        Assert.Empty((await rig.SettleAsync(0)).Route.Applied!.Matches);
        Assert.Single(rig.Kube.Find(ConsulKubernetesRig.RouterKind, "shop")["spec"]!["routes"]!.AsArray());
    }

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        var route = Object(JsonNode.Parse("""{"match": {"http": {"pathPrefix": "/api", "header": [{"name": "tenant", "present": true}]}}, "destination": {"requestTimeout": "5s"}}""")!.AsObject(), new());
        PatchText.Append(text.Append("A header and a cookie\n"), Plan(route, Picks(3)).Patch!);
        route = Applied(route, Picks(3));
        PatchText.Append(text.Append("Aborted\n"), Plan(route, []).Patch!);
        PatchText.Append(text.Append("Given back\n"), RouteRestore.Of(Project(route), _pair)!);
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/ConsulKubernetes/Routes.txt", text.ToString()), text.ToString());
    }

    private static CanaryController.Core.Rollouts.RouteObservation Folded(params ReadOnlySpan<RouteObject> routes)
    {
        var fold = new RouteFold("v1", "v2");
        foreach (var route in routes)
        {
            fold.Add(route.Id, RouteSplit.Of(route, _pair, default), new(true, null), isFenced: true);
        }

        return fold.Result();
    }

    private static EquatableArray<RequestMatch> Picks(int mask) => [.. _picks.Where((_, index) => (mask & (1 << index)) != 0)];

    private static RoutePlan Plan(JsonObject route, EquatableArray<RequestMatch> picks) =>
        RoutePlan.Of(Project(route), _pair, CanaryWeight.Zero, true, "leader-3", null, new(picks, IsMirrored: false), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static JsonObject Applied(JsonObject route, EquatableArray<RequestMatch> picks)
    {
        var plan = Plan(route, picks);
        return plan.Problem is not null || plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
    }

    private static RouteObject Project(JsonObject body) => RouteKinds.ServiceRouter.Project(JsonSerializer.SerializeToElement<JsonNode>(body), RouteKinds.ServiceRouter.Versions[0]);

    private static JsonObject Object(params JsonObject[] routes) => ConsulKubernetesRig.Body("ServiceRouter", new JsonObject { ["routes"] = new JsonArray([.. routes.Select(route => route.DeepClone())]) }.ToJsonString());

    private static IEnumerable<JsonObject> Routes(JsonObject router) => router["spec"]!["routes"]!.AsArray().Select(route => route!.AsObject());

    /// <summary>Where Consul leads a request: the first route that matches, and the splitter when none does.</summary>
    private static string Target(JsonObject router, string path, Dictionary<string, string> headers)
    {
        var to = Routes(router).FirstOrDefault(route => Matches(route, path, headers))?["destination"];
        return (string?)to?["serviceSubset"] ?? ((string?)to?["service"] is { } service and not "shop" ? service : "splitter");
    }

    private static bool Matches(JsonObject route, string path, Dictionary<string, string> headers)
    {
        var http = route["match"]?["http"] as JsonObject ?? [];
        return path.StartsWith((string?)http["pathPrefix"] ?? "/", StringComparison.Ordinal) && (http["header"] as JsonArray ?? []).All(header =>
            headers.TryGetValue(((string)header!["name"]!).ToLowerInvariant(), out var value)
            && (header["exact"] is { } exact ? value == (string)exact! : header["regex"] is not { } regex || Regex.IsMatch(value, $"^(?:{regex})$", RegexOptions.None, TimeSpan.FromSeconds(1))));
    }

    private static bool Has(Dictionary<string, string> headers, RequestMatch pick) => pick.Kind is RequestMatchKind.Cookie
        ? headers.GetValueOrDefault("cookie")?.Contains($"{pick.Name}={pick.Value}", StringComparison.Ordinal) is true
        : headers.GetValueOrDefault(pick.Name.ToLowerInvariant()) == pick.Value;

    private static IEnumerable<(string Path, Dictionary<string, string> Headers)> Requests() =>
        from path in (string[])["/", "/a", "/ab/c"]
        from headers in (Dictionary<string, string>[])[[], new() { ["x-canary"] = "always" }, new() { ["cookie"] = "x=1; tester=yes" }, new() { ["tenant"] = "t", ["cookie"] = "other=yes" }]
        select (path, headers);

    /// <summary>Each with a number of its own: two routes of the user's that say the same are one to a test that compares texts.</summary>
    private static Gen<JsonObject> Route() =>
        from match in Gen.Int[0, 4]
        from to in Gen.Int[0, 4]
        from unknown in Gen.Int[0, 9999]
        select JsonNode.Parse($$"""
            { {{match switch
            {
                0 => "",
                1 => """ "match": {}, """,
                2 => """ "match": {"http": {"pathPrefix": "/a", "future": 1}}, """,
                3 => """ "match": {"http": {}}, """,
                _ => """ "match": {"http": {"header": [{"name": "tenant", "exact": "t"}]}}, """,
            }}} {{to switch
            {
                0 => "",
                1 => """ "destination": {"numRetries": 2}, """,
                2 => """ "destination": {"service": "shop", "requestTimeout": "5s"}, """,
                3 => """ "destination": {"service": "blog"}, """,
                _ => """ "destination": {"serviceSubset": "stable"}, """,
            }}} "unknown": {{unknown}} }
            """)!.AsObject();
}
