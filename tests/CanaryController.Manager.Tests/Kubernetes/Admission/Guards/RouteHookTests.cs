using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CsCheck;

namespace CanaryController.Manager.Tests.Kubernetes.Admission.Guards;

/// <summary>What becomes of a divided route when somebody else writes it.</summary>
public sealed class RouteHookTests
{
    private const string Manifest = """[{"backendRefs": [{"name": "checkout", "port": 80}]}]""";

    private static readonly BackendPair Pair = new("shop", "checkout", 80, "checkout-stable", "checkout-canary", IsExternal: false);

    private readonly GuardBed _bed = new();

    public RouteHookTests() => _bed.Rollout(GuardBed.UnderWay);

    [Theory]
    [InlineData(Manifest)]
    [InlineData("""[{"backendRefs": [{"name": "other", "weight": 7}, {"name": "checkout", "port": 80, "weight": 30, "filters": [{"type": "X"}]}]}, {"backendRefs": [{"name": "checkout"}]}]""")]
    public void The_manifest_applied_again_changes_nothing(string manifest)
    {
        var divided = Divided(manifest, 12.5m);
        var (stored, warnings) = Write(divided, Route(manifest));
        Assert.Empty(warnings);
        Assert.True(JsonNode.DeepEquals(divided, stored), stored.ToJsonString());
    }

    [Theory]
    [InlineData("manifest", false)]
    [InlineData("manifest", true)]
    [InlineData("own", false)]
    [InlineData("less", true)]
    public void Matches_and_the_mirror_stay_whatever_is_applied(string what, bool keepsNotes)
    {
        const string Two = """
            [{"matches": [{"path": {"value": "/a"}}, {"headers": [{"name": "tenant", "value": "t"}]}], "filters": [{"type": "X"}], "backendRefs": [{"name": "checkout", "port": 80}]},
             {"name": "b", "backendRefs": [{"name": "other", "weight": 7}, {"name": "checkout", "port": 80, "weight": 30}]}]
            """;
        var divided = Divided(Two, 0, beside: new([new(RequestMatchKind.Header, "x-canary", "always"), new(RequestMatchKind.Cookie, "tester", "yes")], IsMirrored: true));
        Assert.Equal(6, divided["spec"]!["rules"]!.AsArray().Count);
        var written = what == "manifest" ? Route(Two) : divided.DeepClone().AsObject();
        written["metadata"]!["annotations"] = keepsNotes ? divided["metadata"]!["annotations"]!.DeepClone() : new JsonObject { ["team"] = "shop" };
        if (what == "less")
        {
            written["spec"]!["rules"]!.AsArray().RemoveAt(3);
            written["spec"]!["rules"]![0]!["filters"]!.AsArray().RemoveAt(1);
        }

        var (stored, warnings) = Write(divided, written);
        Assert.Empty(warnings);
        Assert.True(JsonNode.DeepEquals(divided, stored), stored.ToJsonString());
    }

    [Fact]
    public void Other_weights_are_not_taken_and_whoever_writes_them_is_told()
    {
        var divided = Divided(Manifest, 10);
        var edited = divided.DeepClone().AsObject();
        edited["spec"]!["rules"]![0]!["backendRefs"]![0]!["weight"] = 0;
        edited["spec"]!["rules"]![0]!["backendRefs"]![1]!["weight"] = 100;
        var (stored, warnings) = Write(divided, edited);
        Assert.True(JsonNode.DeepEquals(divided, stored), stored.ToJsonString());
        Assert.Equal(["The Rollout shop/checkout divides this route: checkout-canary keeps 10 %."], warnings);
    }

    [Fact]
    public void New_rules_are_divided_removed_ones_go_and_what_no_longer_sends_to_the_service_is_left_alone()
    {
        var divided = Divided("""[{"name": "a", "backendRefs": [{"name": "checkout", "port": 80}]}, {"name": "b", "backendRefs": [{"name": "checkout", "port": 80}]}]""", 10);
        var (stored, _) = Write(divided, Route("""
            [{"name": "b", "backendRefs": [{"name": "checkout", "port": 80, "filters": [{"type": "New"}]}]}, {"name": "c", "backendRefs": [{"name": "elsewhere", "port": 80}]}, {"name": "d", "backendRefs": [{"name": "checkout", "port": 80, "weight": 3}]}]
            """));
        Assert.Equal(
            [
                """{"name":"b","backendRefs":[{"name":"checkout-stable","port":80,"filters":[{"type":"New"}],"weight":90},{"name":"checkout-canary","port":80,"filters":[{"type":"New"}],"weight":10}]}""",
                """{"name":"c","backendRefs":[{"name":"elsewhere","port":80}]}""",
                """{"name":"d","backendRefs":[{"name":"checkout-stable","port":80,"weight":90},{"name":"checkout-canary","port":80,"weight":10}]}""",
            ],
            stored["spec"]!["rules"]!.AsArray().Select(rule => rule!.ToJsonString()));
        var note = OriginalRoute.Of(Project(stored))!;
        Assert.Equal((int?)3, note.Rule(2)!.Weight);
    }

    [Theory]
    [InlineData("""[{"backendRefs": [{"name": "checkout-stable", "port": 80, "weight": 100}]}]""")]
    [InlineData("""[{"backendRefs": [{"name": "checkout-canary", "port": 80}]}]""")]
    public void Half_of_a_pair_becomes_the_pair_again(string edited)
    {
        var (stored, _) = Write(Divided(Manifest, 10), Route(edited));
        Assert.Equal(CanaryWeight.FromBasisPoints(1000), RouteSplit.Of(Project(stored), Pair, default).Weight);
    }

    [Fact]
    public void What_cannot_be_divided_is_taken_as_it_is_with_a_warning()
    {
        var twice = Route("""[{"backendRefs": [{"name": "checkout", "port": 80}, {"name": "checkout"}]}]""");
        var (stored, warnings) = Write(Divided(Manifest, 10), twice);
        Assert.True(JsonNode.DeepEquals(twice["spec"], stored["spec"]));
        Assert.Contains("more than one entry", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.NotNull(OriginalRoute.Of(Project(stored)));
    }

    [Fact]
    public void Our_notes_stay_when_a_replace_drops_or_changes_them()
    {
        var divided = Divided(Manifest, 10);
        var replaced = Route(Manifest);
        replaced["metadata"]!["annotations"] = new JsonObject { [Marks.FenceAnnotation] = "old-1", [RouteAnnotations.Split] = "99", ["team"] = "new" };
        var annotations = Write(divided, replaced).Stored["metadata"]!["annotations"]!;
        foreach (var key in new[] { Marks.FenceAnnotation, RouteAnnotations.Split, RouteAnnotations.Original })
        {
            Assert.Equal((string?)divided["metadata"]!["annotations"]![key], (string?)annotations[key]);
        }

        Assert.Equal("new", (string?)annotations["team"]);
        replaced["metadata"]!.AsObject().Remove("annotations");
        Assert.Equal("a-1", (string?)Write(divided, replaced).Stored["metadata"]!["annotations"]![Marks.FenceAnnotation]);
    }

    [Fact]
    public void A_route_that_is_not_divided_or_is_given_back_is_left_alone()
    {
        AssertUntouched(Route(Manifest));
        var leaving = Divided(Manifest, 0);
        leaving["metadata"]!["annotations"]!.AsObject().Remove(Marks.FenceAnnotation);
        AssertUntouched(leaving);
        _bed.Rollout(GuardBed.UnderWay, isDeleting: true);
        AssertUntouched(Divided(Manifest, 10));
        _bed.Rollout(null);
        AssertUntouched(Divided(Manifest, 10));
    }

    [Fact]
    public void External_versions_keep_their_weights_whichever_is_stable()
    {
        _bed.Rollout(GuardBed.Rest with { StableRevision = "v1", CanaryRevision = "v2" }, workload: """{"kind": "External", "versions": {"stable": "v1", "canary": "v2"}}""");
        var pair = new BackendPair("shop", "checkout", 80, "v1", "v2", IsExternal: true);
        var manifest = """[{"backendRefs": [{"name": "v1", "port": 80, "weight": 1}, {"name": "v2", "port": 80, "weight": 0}]}]""";
        var divided = Divided(manifest, 100, pair);
        var (stored, _) = Write(divided, Route(manifest));
        Assert.True(JsonNode.DeepEquals(divided, stored), stored.ToJsonString());
    }

    [Fact]
    public void Whatever_is_applied_the_split_stays_and_nothing_else_changes() =>
        Gen.Select(Rules(1), Gen.Int[0, 10_000], Rules(0), Gen.Bool).Sample((before, points, after, replaces) =>
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            var divided = Divided(before.ToJsonString(), weight.Percent);
            var written = Route(after.ToJsonString());
            if (!replaces)
            {
                written["metadata"]!["annotations"] = divided["metadata"]!["annotations"]!.DeepClone();
            }

            var (stored, warnings) = Write(divided, written);
            var split = RouteSplit.Of(Project(stored), Pair, default);
            if (Project(written).Rules.Any(rule => rule.Backends.Any(backend => backend.Name.StartsWith("checkout", StringComparison.Ordinal))))
            {
                Assert.Equal(RouteSplit.Of(Project(divided), Pair, default).Weight, split.Weight);
                Assert.True(split.IsDivided);
            }

            Assert.DoesNotContain(warnings, warning => !warning.Contains("keeps", StringComparison.Ordinal) && !warning.Contains("No rule", StringComparison.Ordinal));
            Assert.Equal(Others(written), Others(stored));
        });

    private void AssertUntouched(JsonObject before)
    {
        var after = Route(Manifest);
        Assert.True(JsonNode.DeepEquals(after, Write(before, after).Stored));
    }

    private (JsonObject Stored, IReadOnlyList<string> Warnings) Write(JsonObject before, JsonObject after) => GuardBed.Ask(_bed.Route, "HTTPRoute", before, after);

    private static JsonObject Route(string rules) => JsonNode.Parse($$$"""
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
          "metadata": {"name": "checkout", "namespace": "shop", "uid": "w", "resourceVersion": "7", "annotations": {"team": "shop"}},
          "spec": {"parentRefs": [{"name": "edge"}], "rules": {{{rules}}} }
        }
        """)!.AsObject();

    /// <summary>As the controller writes it.</summary>
    private static JsonObject Divided(string rules, decimal percent, BackendPair? pair = null, BesideWeight? beside = null)
    {
        var route = Route(rules);
        var plan = RoutePlan.Of(Project(route), pair ?? Pair, CanaryWeight.TryFromPercent(percent)!.Value, mayDivide: true, "a-1", [], beside);
        Assert.Null(plan.Problem ?? plan.Unmet);
        return PatchedJson.Apply(route, plan.Changes!)!;
    }

    private static RouteObject Project(JsonObject route) => RouteKinds.HttpRoute.Project(JsonSerializer.SerializeToElement<JsonNode>(route), ObjectKind.HttpRoute);

    /// <summary>Rules with members that this program has never heard of, the first <paramref name="ours"/> of which send to the service.</summary>
    private static Gen<JsonArray> Rules(int ours) =>
        from rules in (
            from kind in Gen.Int[0, 4]
            from weight in Gen.Int[2, 1_000]
            from other in Gen.Bool
            from unknown in Gen.Int[0, 9]
            select (kind, weight, other, unknown)).Array[1, 4]
        select new JsonArray([.. rules.Select((rule, index) => Rule(index < ours ? 1 : rule.kind, rule.weight, rule.other, rule.unknown))]);

    private static JsonObject Rule(int kind, int weight, bool other, int unknown)
    {
        var backends = new JsonArray();
        if (other)
        {
            backends.Add(new JsonObject { ["name"] = "other", ["weight"] = unknown, ["extra"] = true });
        }

        foreach (var name in kind switch { 0 => (string[])[], 1 or 2 => ["checkout"], 3 => ["checkout-stable"], _ => ["checkout-stable", "checkout-canary"] })
        {
            backends.Add(new JsonObject { ["name"] = name, ["port"] = 80, ["unknown"] = new JsonObject { ["x"] = unknown }, ["weight"] = weight });
        }

        return new() { ["name"] = $"r{unknown}", ["future"] = unknown, ["backendRefs"] = backends };
    }

    /// <summary>The route without the pair's entries.</summary>
    private static string Others(JsonObject route)
    {
        var spec = route["spec"]!.DeepClone();
        foreach (var rule in spec["rules"]!.AsArray())
        {
            var backends = rule!["backendRefs"]!.AsArray();
            for (var index = backends.Count - 1; index >= 0; index--)
            {
                if (((string)backends[index]!["name"]!).StartsWith("checkout", StringComparison.Ordinal))
                {
                    backends.RemoveAt(index);
                }
            }
        }

        return spec.ToJsonString();
    }
}
