using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>What is written into entries, apart from any Consul.</summary>
public sealed class ConsulPlanTests
{
    private static readonly ConsulClient _client = new(new(), new() { Name = "dc", Url = "http://127.0.0.1:1" }, TimeProvider.System);

    private static readonly ConsulVersions _pair = ConsulVersions.Of("shop", "v1", "v2");

    [Fact]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Entries(), Gen.Int[0, 10_000].Array[1, 4]).Sample((before, points) =>
        {
            var (splitter, resolver) = before;
            foreach (var each in points)
            {
                (splitter, resolver) = Divided(splitter, resolver, CanaryWeight.FromBasisPoints(each));
                Assert.Equal(Others(before.Splitter, "Splits"), Others(splitter, "Splits"));
                Assert.Equal(Others(before.Resolver, "Subsets", "Failover"), Others(resolver, "Subsets", "Failover"));
            }

            var (backSplitter, backResolver) = Restored(splitter!, resolver!);
            Assert.True(JsonNode.DeepEquals(before.Splitter, backSplitter), $"{before.Splitter?.ToJsonString()}\n{backSplitter?.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before.Resolver, backResolver), $"{before.Resolver?.ToJsonString()}\n{backResolver?.ToJsonString()}");
        });

    [Fact]
    public void Two_splits_sum_to_exactly_a_hundred_also_as_float32() =>
        Gen.Int[0, 10_000].Sample(points =>
        {
            var splits = Divided(null, null, CanaryWeight.FromBasisPoints(points)).Splitter!["Splits"]!.AsArray();
            var weights = splits.Select(split => (float)split!["Weight"]!.GetValue<decimal>()).ToList();
            Assert.Equal(2, weights.Count);
            Assert.Equal(10_000, weights.Sum(weight => (int)Math.Round(weight * 100.0)));
            Assert.All(weights, weight => Assert.True(weight == 0 || weight >= 0.01f));
        });

    [Fact]
    public void What_was_written_is_read_back_and_not_written_again() =>
        Gen.Select(Entries(), Gen.Int[0, 10_000]).Sample((before, points) =>
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            var (splitter, resolver) = Divided(before.Splitter, before.Resolver, weight);
            Assert.Equal(weight, Splits(splitter, resolver).Weight());
            Assert.Null(SplitterPlan.Divide(splitter, Splits(splitter, resolver), _pair, weight).Entry);
            Assert.Null(ResolverPlan.Divide(resolver, _pair, []).Entry);
        });

    [Theory]
    [InlineData("v2", "v2", true)]
    [InlineData("2026-01-01", "2026-01-01", true)]
    [InlineData("1.2.0", "1-2-0-", false)]
    [InlineData("V2", "v2-", false)]
    [InlineData("v2-", "v2-", false)]
    public void Subsets_are_named_after_their_version(string version, string beginning, bool isAll)
    {
        var name = VersionSubset.NameOf(version);
        Assert.StartsWith(beginning, name, StringComparison.Ordinal);
        Assert.Equal(isAll, name == version);
    }

    [Fact]
    public void Two_versions_never_share_a_subset_and_every_name_is_a_dns_label() =>
        Gen.Select(Version(), Version()).Sample((one, two) =>
        {
            Assert.Matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", VersionSubset.NameOf(one));
            Assert.Equal(one == two, VersionSubset.NameOf(one) == VersionSubset.NameOf(two));
        });

    [Theory]
    [InlineData("Service.Meta.version == v1", true)]
    [InlineData("Service.Meta.version == \"v1\"", true)]
    [InlineData("Service.Meta.version==`v1`", true)]
    [InlineData("(Service.Meta.env == prod) and Service.Meta.version == v1", true)]
    [InlineData("Service.Meta.version == v1 and \"canary\" in Service.Tags", true)]
    [InlineData("Service.Meta.version == v1 or Service.Meta.env == prod", false)]
    [InlineData("not (Service.Meta.version == v1)", false)]
    [InlineData("Service.Meta.version != v1", false)]
    [InlineData("Service.Meta.version == v10", false)]
    [InlineData("Service.Meta.versions == v1", false)]
    [InlineData("", false)]
    public void An_expression_selects_a_version_when_it_asks_for_it_and_nothing_instead(string filter, bool selects) =>
        Assert.Equal(selects, VersionSubset.Selects(filter, "v1"));

    [Fact]
    public void A_default_subset_of_a_version_lends_everything_but_that_version()
    {
        var resolver = JsonNode.Parse("""{"Kind": "service-resolver", "Name": "shop", "ModifyIndex": 3, "DefaultSubset": "v1", "Subsets": {"v1": {"Filter": "Service.Meta.version == v1 and Service.Meta.env == prod", "OnlyPassing": true}}}""")!.AsObject();
        var subset = ResolverPlan.Divide(resolver, _pair, []).Entry!["Subsets"]!["v2"]!;
        Assert.Equal("""{"Filter":"(Service.Meta.env == prod) and Service.Meta.version == \u0022v2\u0022","OnlyPassing":true}""", subset.ToJsonString());
    }

    [Fact]
    public void Splits_that_are_too_long_to_be_remembered_are_refused_with_the_fix()
    {
        var splitter = JsonNode.Parse($$$$"""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "RequestHeaders": {"Set": {"x": "{{{{new string('a', 500)}}}}"}}}]}""")!.AsObject();
        Assert.Contains("takes 512", SplitterPlan.Divide(splitter, Splits(splitter, null), _pair, CanaryWeight.Zero).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_meta_that_is_full_is_refused_with_the_fix()
    {
        var full = ConsulEntry.New("service-splitter", "shop");
        full["Splits"] = new JsonArray { new JsonObject { ["Weight"] = 100 } };
        full["Meta"] = new JsonObject(Enumerable.Range(0, 64).Select(number => KeyValuePair.Create<string, JsonNode?>($"k{number}", "v")));
        Assert.Contains("64 pairs", SplitterPlan.Divide(full, Splits(full, null), _pair, CanaryWeight.Zero).Problem, StringComparison.Ordinal);
        Assert.Contains("64 pairs", ResolverPlan.Divide(full, _pair, []).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"existed": "yes"}""")]
    [InlineData("""{"existed": true, "existed": false}""")]
    public void A_note_that_is_not_ours_counts_as_none(string text) =>
        Assert.Null(ConsulNote.Of(new JsonObject { ["Meta"] = new JsonObject { [ConsulNote.Key] = text } }));

    [Fact]
    public void Entries_are_as_reviewed()
    {
        var text = new StringBuilder();
        Show(text, "A service without entries, canary at 5 %", null, null, 5);
        Show(
            text,
            "A splitter of one split and a resolver with a default subset, canary at 0.01 %",
            """{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ResponseHeaders": {"Set": {"x-mesh": "yes"}}}], "Meta": {"team": "a"}, "CreateIndex": 5, "ModifyIndex": 9}""",
            """{"Kind": "service-resolver", "Name": "shop", "DefaultSubset": "prod", "Subsets": {"prod": {"Filter": "Service.Meta.env == prod"}}, "Failover": {"prod": {"Datacenters": ["dc2"]}}, "LoadBalancer": {"Policy": "least_request"}, "CreateIndex": 5, "ModifyIndex": 9}""",
            0.01m);
        Show(
            text,
            "Users' own splits and subsets, canary at 100 %",
            """{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}, {"Weight": 0, "Service": "shop-old"}], "CreateIndex": 5, "ModifyIndex": 9}""",
            """{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == v1"}, "v2": {"Filter": "Service.Meta.version == v2"}}, "CreateIndex": 5, "ModifyIndex": 9}""",
            100);
        const string File = "tests/CanaryController.Manager.Tests/Traffic/Consul/Entries.txt";
        Assert.Equal(Reviewed.Text(File, text.ToString()), text.ToString());
    }

    private static void Show(StringBuilder text, string title, string? splitter, string? resolver, decimal percent)
    {
        var (divided, subsets) = Divided(splitter is null ? null : JsonNode.Parse(splitter)!.AsObject(), resolver is null ? null : JsonNode.Parse(resolver)!.AsObject(), CanaryWeight.TryFromPercent(percent)!.Value);
        var (back, backSubsets) = Restored(divided!, subsets!);
        text.AppendLine($"# {title}").AppendLine(Pretty(divided)).AppendLine(Pretty(subsets)).AppendLine("# and given back").AppendLine(Pretty(back)).AppendLine(Pretty(backSubsets)).AppendLine();
    }

    private static string Pretty(JsonObject? entry) =>
        entry?.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "(deleted)";

    private static (JsonObject? Splitter, JsonObject? Resolver) Divided(JsonObject? splitter, JsonObject? resolver, CanaryWeight weight)
    {
        var subsets = ResolverPlan.Divide(resolver, _pair, []);
        Assert.Null(subsets.Problem);
        resolver = Stored(subsets.Entry ?? resolver);
        var plan = SplitterPlan.Divide(splitter, Splits(splitter, resolver), _pair, weight);
        Assert.Null(plan.Problem);
        return (Stored(plan.Entry ?? splitter), resolver);
    }

    private static (JsonObject? Splitter, JsonObject? Resolver) Restored(JsonObject splitter, JsonObject resolver)
    {
        var (note, stable) = (ConsulNote.Of(splitter)!, ConsulVersions.Of("shop", "v1", null));
        var back = SplitterPlan.Restore(splitter, note, ServiceSplits.Of(note.Splits, stable, resolver, _client), stable);
        var inUse = (ConsulEntry.SplitsOf(back) ?? []).Select(split => (string?)split!["ServiceSubset"]).OfType<string>().ToList();
        return (back, ConsulNote.Of(resolver) is { } subsets ? ResolverPlan.Restore(resolver, subsets, inUse) : resolver);
    }

    private static ServiceSplits Splits(JsonObject? splitter, JsonObject? resolver) => ServiceSplits.Of(ConsulEntry.SplitsOf(splitter), _pair, resolver, _client);

    /// <summary>What a server would answer: the same text, parsed.</summary>
    private static JsonObject? Stored(JsonObject? entry) => entry is null ? null : JsonNode.Parse(entry.ToJsonString())!.AsObject();

    private static string Others(JsonObject? entry, params string[] ours)
    {
        var others = entry?.DeepClone().AsObject() ?? [];
        foreach (var own in (string[])["Kind", "Name", .. ours])
        {
            others.Remove(own);
        }

        ConsulEntry.SetMeta(others, ConsulNote.Key, null);
        return others.ToJsonString();
    }

    private static Gen<string> Version() => Gen.String[Gen.Char["abcABC019.-_"], 1, 63].Where(text => char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]));

    /// <summary>Entries with members that this program never heard of, at every level.</summary>
    private static Gen<(JsonObject? Splitter, JsonObject? Resolver)> Entries() => Gen.Select(Foreign(), Foreign(), Foreign(), Foreign(), Gen.Int[0, 3], Gen.Int[0, 3], (top, split, subset, meta, splits, subsets) =>
    {
        var splitter = splits switch
        {
            0 => null,
            1 => $$"""[{"Weight": 100{{split}}}]""",
            2 => $$"""[{"Weight": 100, "ServiceSubset": "base"{{split}}}]""",
            _ => $$"""[{"Weight": 100, "Service": "shop"{{split}}}, {"Weight": 0, "Service": "other"{{split}}}]""",
        };
        var resolver = subsets switch
        {
            0 when splits != 2 => null,
            1 when splits != 2 => top,
            2 => $$$""", "DefaultSubset": "base", "Subsets": {"base": {"Filter": "Service.Meta.env == prod"{{{subset}}}}}, "Failover": {"base": {"Datacenters": ["dc2"]{{{subset}}}}}{{{top}}}""",
            _ => $$$""", "DefaultSubset": "base", "Subsets": {"base": {"Filter": ""{{{subset}}}}, "v1": {"Filter": "Service.Meta.version == v1"{{{subset}}}}}{{{top}}}""",
        };
        return (
            splitter is null ? null : Parse($$"""{"Kind": "service-splitter", "Name": "shop", "Splits": {{splitter}}, "ModifyIndex": 7{{top}}{{Meta(meta)}}}"""),
            resolver is null ? null : Parse($$"""{"Kind": "service-resolver", "Name": "shop"{{resolver}}, "ModifyIndex": 8{{Meta(meta)}}}"""));
    });

    private static string Meta(string meta) => meta.Length == 0 ? "" : """, "Meta": {"team": "a"}""";

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    /// <summary>A few members, as text that follows others.</summary>
    private static Gen<string> Foreign() => Gen.Int[0, 9].Array[0, 3].Select(numbers => string.Concat(numbers.Distinct().Select(number => $", \"X{number}\": {number switch
    {
        0 => "true",
        1 => "9007199254740993",
        2 => "1.10",
        3 => "{\"Deep\": [1, {\"er\": null}]}",
        4 => "[]",
        5 => "\"ä\\u0000\"",
        _ => "\"text\"",
    }}")));
}
