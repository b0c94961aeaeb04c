using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Traffic.Traefik;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Traefik;

/// <summary>Matched requests on Traefik: whose rule is followed is a matter of priorities.</summary>
public sealed class TraefikMatchTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);
    private static readonly RequestMatch _header = new(RequestMatchKind.Header, "X-Canary", "al`ways\"\\");
    private static readonly RequestMatch _cookie = new(RequestMatchKind.Cookie, "tester", "yes");
    private static readonly string[] _hosts = ["a.example.org", "b.example.org"];
    private static readonly string[] _paths = ["/", "/a", "/ab", "/b"];

    [Fact]
    public void Matched_requests_go_to_the_canary_where_the_rule_won_before_and_no_other_request_goes_another_way() =>
        Gen.Select(Rule().Array[1, 3], Rule().Array[0, 2], Gen.Bool).Sample((mine, others, isTwo) =>
        {
            (mine[0], others) = (mine[0] with { IsOurs = true }, [.. others.Select(each => each with { IsOurs = false })]);
            var cache = new CacheMemory<RouteObject>();
            var (web, api) = (Divided(mine), Object("api", others));
            cache.Put(Project(web));
            cache.Put(Project(api));
            EquatableArray<RequestMatch> picks = isTwo ? [_header, _cookie] : [_header];
            var before = Routes(web).Concat(Routes(api)).ToList();
            if (!IsAllowed(cache, picks))
            {
                return;
            }

            var plan = Plan(web, new(picks, IsMirrored: false));
            if (plan.Unmet is not null)
            {
                Assert.Contains(mine, rule => rule is { IsOurs: true, Priority: -1 });
                return;
            }

            var after = Routes(PatchedJson.Apply(web, plan.Patch!)!).Concat(Routes(api)).ToList();
            Assert.All(after, route => Assert.Null(MiniTraefik.Refuses(route)));
            foreach (var request in Requests())
            {
                var (was, now) = (MiniTraefik.Route(before, request), MiniTraefik.Route(after, request));
                if (!IsPicked(request, isTwo) || was.All(route => route.To != "shop"))
                {
                    Assert.Equal(was.Select(route => route.Match).Order(StringComparer.Ordinal), now.Select(route => route.Match).Order(StringComparer.Ordinal));
                }
                else if (was.All(route => route.To == "shop"))
                {
                    Assert.All(now, route => Assert.Equal("canary", route.To));
                }
            }
        });

    [Fact]
    public void Two_rules_that_can_match_the_same_request_are_never_taken_for_apart() =>
        Gen.Select(Rule(), Rule()).Sample((one, two) =>
        {
            var (first, second) = (RuleReader.Read(one.Match), RuleReader.Read(two.Match));
            Assert.True(first.IsUnderstood && second.IsUnderstood);
            var meet = Requests().Any(request => MiniTraefik.Matches(new(one.Match, null, ""), request) && MiniTraefik.Matches(new(two.Match, null, ""), request));
            Assert.True(!meet || first.Reach.MayMeet(second.Reach), $"{one.Match} and {two.Match}");
        });

    [Theory]
    [InlineData("Host(`a`) && PathPrefix(`/x`)", "Host(`a`) && PathPrefix(`/y`)", false)]
    [InlineData("Host(`a`) && PathPrefix(`/x`)", "Host(`a`) && PathPrefix(`/xy`)", true)]
    [InlineData("Host(`a`)", "Host(`b`) || Host(`c`)", false)]
    [InlineData("Host(`A.`)", "host(\"a\")", true)]
    [InlineData("Host(`a`)", "!Host(`a`)", true)]
    [InlineData("Host(`a`)", "Host(`*.example.org`)", true)]
    [InlineData("Host(`a`)", "HostRegexp(`.+`)", true)]
    [InlineData("Host(`a`)", "Host(\"\\x61\")", true)]
    [InlineData("Host(`a`)", "Host(`b`", true)]
    [InlineData("Host(`a`)", "Host(`b`) or Host(`c`)", true)]
    [InlineData("Host(`a`) && Path(`/x`)", "Host(`a`) && Path(`/{any}`)", true)]
    public void What_a_rule_reaches_is_read_and_what_is_not_understood_reaches_anything(string one, string two, bool meets) =>
        Assert.Equal(meets, RuleReader.Read(one).Reach.MayMeet(RuleReader.Read(two).Reach));

    [Fact]
    public void A_rule_that_nests_without_end_is_not_understood_and_reaches_anything() =>
        Assert.False(RuleReader.Read(new string('!', 100_000) + "Host(`a`)").IsUnderstood);

    [Theory]
    [InlineData("Host(`a`)", null, "(Host(`a`)) && Header(`X-Canary`, \"al`ways\\\"\\\\\")")]
    [InlineData("Host(`a`)", "v2", "(Host(`a`)) && Headers(`X-Canary`, \"al`ways\\\"\\\\\")")]
    [InlineData("Host(`a`, `b`)", null, "(Host(`a`, `b`)) && Headers(`X-Canary`, \"al`ways\\\"\\\\\")")]
    [InlineData("Host(`a`) && Headers(`b`, `c`)", null, "(Host(`a`) && Headers(`b`, `c`)) && Headers(`X-Canary`, \"al`ways\\\"\\\\\")")]
    [InlineData("Host(`a`) || Path(`/b`)", "v3", "(Host(`a`) || Path(`/b`)) && Header(`X-Canary`, \"al`ways\\\"\\\\\")")]
    public void A_copy_is_written_in_the_syntax_of_its_rule(string match, string? syntax, string copied)
    {
        var route = Object("web", [new(IsOurs: true, match, null)]);
        if (syntax is not null)
        {
            route["spec"]!["routes"]![0]!["syntax"] = syntax;
        }

        var divided = PatchedJson.Apply(route, RoutePlan.Of(Project(route), _pair, CanaryWeight.Zero, true, "a-1", null, new([_header], IsMirrored: false)).Patch!)!;
        var twin = divided["spec"]!["routes"]![1]!;
        Assert.Equal((copied, match.Length + 1, syntax), ((string)twin["match"]!, (int)twin["priority"]!, (string?)twin["syntax"]));
        Assert.Null(MiniTraefik.Refuses(new(copied, null, "", syntax ?? (copied.Contains("Headers(", StringComparison.Ordinal) ? "v2" : "v3"))));
    }

    [Theory]
    [InlineData(-1L, "X-Canary", "Route 1 of IngressRoute shop/web has the priority -1,")]
    [InlineData(9223372036854774807L, "X-Canary", "Route 1 of IngressRoute shop/web has the highest priority that Traefik allows, 9223372036854774807,")]
    [InlineData(5L, "Host", "Route 1 of IngressRoute shop/web cannot ask for the header host,")]
    public void What_cannot_be_copied_is_said_and_the_weight_is_written_all_the_same(long priority, string header, string problem)
    {
        var plan = Plan(Divided([new(IsOurs: true, "Host(`a`)", priority)]), new([new(RequestMatchKind.Header, header, "always")], IsMirrored: false), CanaryWeight.FromBasisPoints(500));
        Assert.StartsWith(problem, plan.Unmet, StringComparison.Ordinal);
        Assert.Null(plan.Problem);
        Assert.NotNull(plan.Patch);
    }

    [Fact]
    public async Task A_copy_that_would_stand_level_with_another_rule_is_refused_by_both_names()
    {
        var cache = new CacheMemory<RouteObject>();
        cache.Put(Project(Divided([new(IsOurs: true, "Host(`a.example.org`)", null)])));
        cache.Put(Project(Object("api", [new(IsOurs: false, "Path(`/elsewhere`) && Host(`b`)", 22), new(IsOurs: false, "PathPrefix(`/api`)", 22)])));
        var companion = new TraefikCompanion(new([new(RouteKinds.IngressRoute, cache)]));
        var split = new TrafficSplit("v1", "v2", CanaryWeight.Zero, [_header]);
        var write = await companion.PrepareAsync(Cluster, split, "", default);
        Assert.Equal(
            "Route 1 of IngressRoute shop/web has the priority 21, so its copy for matched requests gets 22, which route 2 of IngressRoute shop/api has already, and a request may match both: write a priority into one of the two, at least 2 apart.",
            write.Problem);
        Assert.True((await companion.PrepareAsync(Cluster, split with { Matches = [] }, "", default)).IsDone);
        Assert.Null(companion.Read(Cluster, "v1", "v2").Diversion);
    }

    [Fact]
    public void A_rule_that_somebody_puts_level_with_a_copy_is_said_while_it_stands_there()
    {
        var cache = new CacheMemory<RouteObject>();
        var web = Divided([new(IsOurs: true, "Host(`a.example.org`)", null)]);
        cache.Put(Project(PatchedJson.Apply(web, Plan(web, new([_header], IsMirrored: false)).Patch!)!));
        var companion = new TraefikCompanion(new([new(RouteKinds.IngressRoute, cache)]));
        Assert.Null(companion.Read(Cluster, "v1", "v2").Diversion);
        cache.Put(Project(Object("api", [new(IsOurs: false, "PathPrefix(`/api`)", 22)])));
        Assert.StartsWith("Route 1 of IngressRoute shop/web has the priority 21", companion.Read(Cluster, "v1", "v2").Diversion, StringComparison.Ordinal);
    }

    private static ClusterRoute Cluster => new(new("shop", "shop"), RouterType.Traefik, [new(RouteKinds.IngressRoute, "web")], "shop", 80, WorkloadType.Deployment);

    private static bool IsAllowed(CacheMemory<RouteObject> cache, EquatableArray<RequestMatch> picks) =>
        new TraefikCompanion(new([new(RouteKinds.IngressRoute, cache)])).PrepareAsync(Cluster, new("v1", "v2", CanaryWeight.Zero, picks), "", default).GetAwaiter().GetResult().IsDone;

    private static RoutePlan Plan(JsonObject route, BesideWeight beside, CanaryWeight? weight = null) => RoutePlan.Of(Project(route), _pair, weight ?? CanaryWeight.Zero, true, "a-1", null, beside);

    private static RouteObject Project(JsonObject body) => RouteKinds.IngressRoute.Project(JsonSerializer.SerializeToElement<JsonNode>(body), RouteKinds.IngressRoute.Versions[0]);

    private static JsonObject Divided(WrittenRule[] rules)
    {
        var route = Object("web", rules);
        return PatchedJson.Apply(route, Plan(route, BesideWeight.None).Patch!)!;
    }

    private static JsonObject Object(string name, WrittenRule[] rules) => new()
    {
        ["apiVersion"] = "traefik.io/v1alpha1",
        ["kind"] = "IngressRoute",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["resourceVersion"] = "7", ["generation"] = 1 },
        ["spec"] = new JsonObject { ["routes"] = new JsonArray([.. rules.Select(Written)]) },
    };

    private static JsonObject Written(WrittenRule rule)
    {
        var written = new JsonObject { ["match"] = rule.Match, ["services"] = new JsonArray(new JsonObject { ["name"] = rule.IsOurs ? "shop" : "other", ["port"] = 80 }) };
        if (rule.Priority is { } priority)
        {
            written["priority"] = priority;
        }

        return written;
    }

    /// <summary>As Traefik reads them; a service without weight gets nothing.</summary>
    private static IEnumerable<TraefikRoute> Routes(JsonObject route) => route["spec"]!["routes"]!.AsArray().Select(each => new TraefikRoute((string)each!["match"]!, (long?)each["priority"], To(each["services"]!.AsArray())));

    private static string To(JsonArray services) =>
        services.Where(each => (int?)each!["weight"] is not 0).Select(each => (string)each!["name"]!).ToList() switch
        {
            ["shop-canary"] => "canary",
            ["other"] => "other",
            _ => "shop",
        };

    private static bool IsPicked(TraefikRequest request, bool isTwo) => request.Headers.ContainsKey("x-canary") || (isTwo && request.Headers.ContainsKey("cookie"));

    private static IEnumerable<TraefikRequest> Requests() =>
        from host in _hosts
        from path in (string[])["/", "/a", "/abc", "/b/c"]
        from headers in (Dictionary<string, string>[])[[], new() { ["x-canary"] = _header.Value }, new() { ["cookie"] = "x=1; tester=yes" }, new() { ["x-canary"] = _header.Value, ["tenant"] = "t" }]
        select new TraefikRequest(host, path, headers);

    private static Gen<WrittenRule> Rule() =>
        from ours in Gen.Bool
        from host in Gen.Int[0, 1]
        from path in Gen.Int[0, 3]
        from form in Gen.Int[0, 5]
        from priority in Gen.OneOf(Gen.Const(0L), Gen.Long[-2, 4], Gen.Long[38, 42])
        from isWritten in Gen.Bool
        select new WrittenRule(ours, Form(form, _hosts[host], _hosts[1 - host], _paths[path]), isWritten ? priority : null);

    private static string Form(int form, string host, string other, string path) => form switch
    {
        0 => $"Host(`{host}`)",
        1 => $"Host(`{host}`) && PathPrefix(`{path}`)",
        2 => $"PathPrefix(`{path}`) && (Host(`{host}`) || Host(`{other}`))",
        3 => $"Host(`{host}`) && !Path(`{path}`)",
        4 => $"Path(`{path}`) || Header(`tenant`, `t`)",
        _ => $"PathPrefix(`{path}`) && Host(`{host}`) && Header(`tenant`, `t`)",
    };

    private sealed record WrittenRule(bool IsOurs, string Match, long? Priority);
}
