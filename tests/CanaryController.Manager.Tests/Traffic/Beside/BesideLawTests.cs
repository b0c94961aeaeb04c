using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.Kinds;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Beside;

/// <summary>What holds for each kind whose rules match and mirror, whatever stands in the object.</summary>
public sealed class BesideLawTests
{
    private static readonly RequestMatch[] _picks =
        [new(RequestMatchKind.Header, "X-Canary", "always"), new(RequestMatchKind.Cookie, "tester", "a.b"), new(RequestMatchKind.Header, "x-team", "(1)")];

    public static TheoryData<string> Titles => [.. BesideSample.All.Select(sample => sample.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back(string title)
    {
        var sample = Sample(title);
        Gen.Select(BesideSample.Shapes(), Step().Array[1, 4]).Sample((shapes, steps) =>
        {
            var before = sample.Object(shapes);
            var route = before;
            foreach (var (weight, beside) in steps)
            {
                var wanted = Possible(sample, shapes, beside);
                route = Applied(sample, route, weight, beside);
                Assert.Equal(Others(sample, before), Others(sample, route));
                AssertGiven(sample, shapes, route, weight, wanted);
            }

            var restored = PatchedJson.Apply(route, RouteRestore.Of(sample.Project(route), sample.Pair)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void What_is_written_once_is_read_back_and_not_written_again(string title)
    {
        var sample = Sample(title);
        Gen.Select(BesideSample.Shapes(), Step().Array[1, 3]).Sample((shapes, steps) =>
        {
            var route = sample.Object(shapes);
            foreach (var (weight, beside) in steps)
            {
                route = Applied(sample, route, weight, beside);
                var split = RouteSplit.Of(sample.Project(route), sample.Pair, default);
                Assert.Equal((weight, Possible(sample, shapes, beside), null), (split.Weight, split.Beside, split.Problem));
                Assert.Null(Plan(sample, route, weight, beside).Patch);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void An_abort_is_one_patch_after_which_no_request_is_matched_or_mirrored(string title)
    {
        var sample = Sample(title);
        // A weight of 1 is what an entry of an HTTPRoute counts without one, so 0.01 % and 1 % are written in two ways.
        Gen.Select(BesideSample.Shapes(), Step(), Gen.Int[0, 5000].Where(points => points is not (1 or 100))).Sample((shapes, step, points) =>
        {
            var kept = CanaryWeight.FromBasisPoints(points);
            var divided = Applied(sample, sample.Object(shapes), kept, BesideWeight.None);
            var aborted = Applied(sample, Applied(sample, sample.Object(shapes), step.Weight, step.Beside), kept, BesideWeight.None);
            Assert.Equal(Weightless(divided), Weightless(aborted));
            Assert.DoesNotContain("tester=", aborted["spec"]!.ToJsonString(), StringComparison.Ordinal);
            Assert.Equal(kept, RouteSplit.Of(sample.Project(aborted), sample.Pair, default).Weight);
        });
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void Twins_follow_a_rule_that_somebody_changes(string title)
    {
        var sample = Sample(title);
        var weight = CanaryWeight.FromBasisPoints(500);
        var beside = new BesideWeight([_picks[0], _picks[1]], IsMirrored: false);
        Gen.Select(BesideSample.Shapes(), Gen.Int[0, 2]).Sample((shapes, what) =>
        {
            var route = Applied(sample, sample.Object(shapes), weight, beside);
            var rules = sample.RulesOf(route);
            var changed = rules.First(rule => !sample.IsTwin(rule!) && rule![sample.Entries]!.AsArray().Any(entry => sample.KeyOf(entry!) == sample.CanaryKey))!;
            switch (what)
            {
                case 0:
                    changed["timeouts"] = new JsonObject { ["request"] = "1h" };
                    break;
                case 1:
                    rules.Remove(rules.First(rule => sample.IsTwin(rule!)));
                    break;
                default:
                    changed["future"] = new JsonArray(1, 2);
                    break;
            }

            var seen = RouteSplit.Of(sample.Project(route), sample.Pair, default);
            Assert.True(seen.Problem is not null || seen.Beside != beside);
            var expected = Weightless(Applied(sample, Applied(sample, route, weight, BesideWeight.None), weight, beside));
            var mended = Applied(sample, route, weight, beside);
            Assert.Equal(expected, Weightless(mended));
            Assert.Equal(beside, RouteSplit.Of(sample.Project(mended), sample.Pair, default).Beside);
        });
    }

    [Fact]
    [Trait("Generates", "files")]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        foreach (var sample in BesideSample.All)
        {
            var route = sample.Object(new RuleShape(true, 1, false, 0, false, true, 1), new RuleShape(true, 0, true, 2, true, false, 2));
            Append("divided", CanaryWeight.Zero, BesideWeight.None);
            Append("a header", CanaryWeight.FromBasisPoints(500), new([_picks[0]], IsMirrored: false));
            Append("a header and a cookie", CanaryWeight.FromBasisPoints(500), new([_picks[0], _picks[1]], IsMirrored: false));
            Append("aborted", CanaryWeight.Zero, BesideWeight.None);
            route = sample.Object(new RuleShape(true, 1, true, 0, false, false, 1));
            Append("a mirror and a header at the first division", CanaryWeight.Zero, new([_picks[0]], IsMirrored: !sample.NeverMirrors));
            text.Append(sample.Title).Append(": given back\n");
            PatchText.Append(text, RouteRestore.Of(sample.Project(route), sample.Pair)!);

            void Append(string title, CanaryWeight weight, BesideWeight beside)
            {
                var plan = Plan(sample, route, weight, beside);
                Assert.Null(plan.Unmet);
                text.Append(sample.Title).Append(": ").Append(title).Append('\n');
                PatchText.Append(text, plan.Patch!);
                route = PatchedJson.Apply(route, plan.Patch!)!;
            }
        }

        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Beside/Patches.txt", text.ToString()), text.ToString());
    }

    /// <summary>A weight, and what Core asks for beside it: copies at 0 only, no matches at all.</summary>
    private static Gen<(CanaryWeight Weight, BesideWeight Beside)> Step() =>
        from points in Gen.OneOf(Gen.Int[0, 10_000], Gen.Const(0), Gen.Const(500))
        from mask in Gen.Int[0, 7]
        from mirrors in Gen.Bool
        select (CanaryWeight.FromBasisPoints(points), points == 10_000 ? BesideWeight.None : new BesideWeight([.. _picks.Where((_, index) => (mask & (1 << index)) != 0)], mirrors && points == 0));

    private static BesideSample Sample(string title) => BesideSample.All.Single(sample => sample.Title == title);

    private static RoutePlan Plan(BesideSample sample, JsonObject route, CanaryWeight weight, BesideWeight beside) =>
        RoutePlan.Of(sample.Project(route), sample.Pair, weight, true, "leader-3", null, beside);

    private static JsonObject Applied(BesideSample sample, JsonObject route, CanaryWeight weight, BesideWeight beside)
    {
        var plan = Plan(sample, route, weight, beside);
        Assert.Null(plan.Problem);
        if (plan.Patch is null)
        {
            return route;
        }

        var applied = PatchedJson.Apply(route, plan.Patch);
        Assert.True(applied is not null, $"{plan.Patch}\n{route.ToJsonString()}");
        return applied;
    }

    /// <summary>Contour takes one mirror in a route: where the user has one, nothing is written beside the weight. An IngressRoute takes none.</summary>
    private static BesideWeight Possible(BesideSample sample, RuleShape[] shapes, BesideWeight beside) =>
        sample.NeverMirrors && beside.IsMirrored ? BesideWeight.None
        : sample.Kind == RouteKinds.HttpProxy && beside.IsMirrored && shapes.Any(shape => shape is { Ours: true, Extra: 2 }) ? BesideWeight.None : beside;

    private static void AssertGiven(BesideSample sample, RuleShape[] shapes, JsonObject route, CanaryWeight weight, BesideWeight beside)
    {
        var twins = sample.RulesOf(route).Where(rule => sample.IsTwin(rule!)).ToList();
        Assert.Equal(shapes.Count(shape => shape.Ours) * beside.Matches.Count, twins.Count);
        foreach (var twin in twins)
        {
            var text = twin!.ToJsonString();
            Assert.Single(beside.Matches, pick => text.Contains(pick.Kind is RequestMatchKind.Header ? $"\"{pick.Value}\"" : "tester=", StringComparison.Ordinal) || text.Contains($@"\u0060{pick.Value}\u0060", StringComparison.Ordinal));
            Assert.Contains("timeouts", text, StringComparison.Ordinal);
            Assert.True((int)twin[sample.Entries]!.AsArray().Single(entry => sample.KeyOf(entry!) == sample.CanaryKey)!["weight"]! > 0);
            Assert.False(sample.TakeMirror(twin.DeepClone().AsObject()));
        }

        foreach (var rule in sample.RulesOf(route).Where(rule => !sample.IsTwin(rule!) && rule![sample.Entries]!.AsArray().Any(entry => sample.KeyOf(entry!) == sample.StableKey)))
        {
            Assert.Equal(beside.IsMirrored, sample.TakeMirror(rule!.DeepClone().AsObject()));
        }

        Assert.Equal(weight, RouteSplit.Of(sample.Project(route), sample.Pair, default).Weight);
    }

    /// <summary>The spec without twins, the pair's entries and our mirror.</summary>
    private static string Others(BesideSample sample, JsonObject route)
    {
        var copy = route.DeepClone().AsObject();
        var rules = sample.RulesOf(copy);
        for (var index = rules.Count - 1; index >= 0; index--)
        {
            if (sample.IsTwin(rules[index]!))
            {
                rules.RemoveAt(index);
                continue;
            }

            sample.TakeMirror(rules[index]!.AsObject());
            var entries = rules[index]![sample.Entries]!.AsArray();
            for (var entry = entries.Count - 1; entry >= 0; entry--)
            {
                if (sample.KeyOf(entries[entry]!) is "shop" or "shop-stable" or "shop-canary" or "shop/stable" or "shop/canary")
                {
                    entries.RemoveAt(entry);
                }
            }
        }

        return copy["spec"]!.ToJsonString();
    }

    /// <summary>The spec in one form: a weight may be written as another of the same share.</summary>
    private static string Weightless(JsonObject route) => Weightless(route["spec"]!.DeepClone()).ToJsonString();

    private static JsonNode Weightless(JsonNode node)
    {
        foreach (var child in node is JsonObject map ? map.Select(pair => pair.Value).ToList() : node is JsonArray list ? [.. list] : [])
        {
            if (child is not null)
            {
                Weightless(child);
            }
        }

        if (node is JsonObject entry && entry.ContainsKey("weight"))
        {
            entry["weight"] = 0;
        }

        return node;
    }
}
