using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.Manager.Traffic.Routes;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Beside;

/// <summary>A rule as a test asks for it.</summary>
/// <param name="Ours">It sends to the service.</param>
/// <param name="Matches">How many matches it has.</param>
/// <param name="Header">Each asks for a header of the user's.</param>
/// <param name="Extra">1 = it has an empty or another filter, 2 = it mirrors to a service of the user's.</param>
/// <param name="Beside">Another backend shares with the service.</param>
/// <param name="Named">It has a name.</param>
/// <param name="Unknown">A number for members that this program has never heard of.</param>
internal sealed record RuleShape(bool Ours, int Matches, bool Header, int Extra, bool Beside, bool Named, int Unknown);

/// <summary>A kind whose rules match and mirror, as a test makes objects of it and looks at them without the program's help.</summary>
/// <param name="Title">For people.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Pair">The versions.</param>
/// <param name="Rules">The member of the spec with the rules.</param>
/// <param name="Entries">The member of a rule with its entries.</param>
/// <param name="Write">A rule.</param>
/// <param name="KeyOf">By what an entry is told: its Service, or Service and subset.</param>
/// <param name="TakeMirror">Takes the mirror to the canary out of a rule; false when it has none.</param>
internal sealed record BesideSample(
    string Title, RouteKind Kind, BackendPair Pair, string Rules, string Entries, Func<RuleShape, JsonObject> Write, Func<JsonNode, string> KeyOf, Func<JsonObject, bool> TakeMirror)
{
    private static readonly Regex _copied = new(@"^\(.*\) && Header(Regexp)?\(`(X-Canary|x-team|cookie)`, ", RegexOptions.None, TimeSpan.FromSeconds(1));
    private static readonly BackendPair _hosts = new("shop", "shop", null, "shop-stable", "shop-canary", IsExternal: false);

    public static IReadOnlyList<BesideSample> All { get; } =
    [
        Gateway("HTTPRoute", RouteKinds.HttpRoute), Gateway("GRPCRoute", RouteKinds.GrpcRoute), Gateway("HTTPRoute of Linkerd", RouteKinds.PolicyHttpRoute),
        Istio("VirtualService by hosts", _hosts), Istio("VirtualService by subsets", _hosts with { Stable = "stable", Canary = "canary", BySubset = true }),
        new("HTTPProxy", RouteKinds.HttpProxy, _hosts, "routes", "services", Proxy, entry => (string)entry["name"]!, TakeProxyMirror),
        new("IngressRoute", RouteKinds.IngressRoute, _hosts, "routes", "services", IngressRoute, entry => (string)entry["name"]!, _ => false),
    ];

    public string StableKey => Pair.BySubset ? "shop/stable" : "shop-stable";

    public string CanaryKey => Pair.BySubset ? "shop/canary" : "shop-canary";

    public RouteObject Project(JsonObject body) => Kind.Project(JsonSerializer.SerializeToElement<JsonNode>(body), Kind.Versions[0]);

    public JsonArray RulesOf(JsonObject body) => body["spec"]![Rules]!.AsArray();

    /// <summary>Its rules cannot mirror.</summary>
    public bool NeverMirrors => Kind == RouteKinds.IngressRoute;

    /// <summary>A rule that sends to the canary alone. In an IngressRoute stable's entry stays, and gets nothing.</summary>
    public bool IsTwin(JsonNode rule) => Kind == RouteKinds.IngressRoute
        ? _copied.IsMatch((string)rule["match"]!) && rule[Entries]!.AsArray().All(entry => KeyOf(entry!) != StableKey || (int?)entry!["weight"] == 0)
        : rule[Entries] is JsonArray entries && entries.Any(entry => KeyOf(entry!) == CanaryKey && !IsMirror(entry!)) && entries.All(entry => KeyOf(entry!) != StableKey);

    public JsonObject Object(params RuleShape[] shapes) => new()
    {
        ["apiVersion"] = Kind.Versions[0].ApiVersion,
        ["kind"] = Kind.Versions[0].Kind,
        ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop", ["resourceVersion"] = "7", ["generation"] = 1, ["annotations"] = new JsonObject { ["team"] = "shop" } },
        ["spec"] = new JsonObject { ["future"] = new JsonObject { ["x"] = 1 }, [Rules] = new JsonArray([.. shapes.Select(Write)]) },
    };

    /// <summary>Objects of one to three rules, the first of which sends to the service.</summary>
    public static Gen<RuleShape[]> Shapes() =>
        from shapes in (
            from ours in Gen.Bool
            from matches in Gen.Int[0, 2]
            from header in Gen.Bool
            from extra in Gen.Int[0, 2]
            from beside in Gen.Bool
            from named in Gen.Bool
            from unknown in Gen.Int[0, 99]
            select new RuleShape(ours, matches, header, extra, beside, named, unknown)).Array[1, 3]
        select (RuleShape[])[shapes[0] with { Ours = true }, .. shapes.Skip(1)];

    public static bool IsMirror(JsonNode entry) => entry["mirror"] is JsonValue value && value.GetValueKind() is JsonValueKind.True;

    public override string ToString() => Title;

    private static BesideSample Gateway(string title, RouteKind kind) => new(title, kind, _hosts, "rules", "backendRefs", GatewayRule, entry => (string)entry["name"]!, TakeFilter);

    private static BesideSample Istio(string title, BackendPair pair) => new(
        title, RouteKinds.VirtualService, pair, "http", "route", IstioRoute, entry => Host(entry["destination"]!), rule => TakeIstioMirror(rule, pair.BySubset ? "shop/canary" : "shop-canary"));

    private static string Host(JsonNode to) => to["subset"] is { } subset ? $"{to["host"]}/{subset}" : (string)to["host"]!;

    private static JsonObject GatewayRule(RuleShape shape)
    {
        var rule = Named(shape);
        rule["matches"] = shape.Matches == 0 ? null : new JsonArray([.. Enumerable.Range(0, shape.Matches).Select(index => With(
            new() { ["path"] = new JsonObject { ["type"] = "PathPrefix", ["value"] = $"/{shape.Unknown}/{index}" } },
            shape.Header ? ("headers", new JsonArray(new JsonObject { ["type"] = "Exact", ["name"] = "tenant", ["value"] = "t" })) : null))]);
        rule["filters"] = shape.Extra switch
        {
            1 => new JsonArray(new JsonObject { ["type"] = "RequestHeaderModifier", ["requestHeaderModifier"] = new JsonObject { ["future"] = shape.Unknown } }),
            2 => new JsonArray(new JsonObject { ["type"] = "RequestMirror", ["requestMirror"] = new JsonObject { ["backendRef"] = new JsonObject { ["name"] = "audit", ["port"] = 80 } } }),
            _ => null,
        };
        rule["backendRefs"] = new JsonArray([.. EntriesOf(shape).Select(each => With(new() { ["name"] = each.Name, ["port"] = 80, ["own"] = shape.Unknown }, Weight(each.Weight)))]);
        return Pruned(rule);
    }

    private static JsonObject IstioRoute(RuleShape shape)
    {
        var rule = Named(shape);
        rule["match"] = shape.Matches == 0 ? null : new JsonArray([.. Enumerable.Range(0, shape.Matches).Select(index => With(
            new() { ["uri"] = new JsonObject { ["prefix"] = $"/{shape.Unknown}/{index}" }, ["port"] = 80 },
            shape.Header ? ("headers", new JsonObject { ["tenant"] = new JsonObject { ["exact"] = "t" } }) : null))]);
        rule["mirrors"] = shape.Extra switch
        {
            1 => new JsonArray(),
            2 => new JsonArray(new JsonObject { ["destination"] = new JsonObject { ["host"] = "audit" }, ["percentage"] = new JsonObject { ["value"] = 10 } }),
            _ => null,
        };
        rule["route"] = new JsonArray([.. EntriesOf(shape).Select(each => With(new() { ["destination"] = new JsonObject { ["host"] = each.Name, ["future"] = shape.Unknown } }, Weight(each.Weight)))]);
        return Pruned(rule);
    }

    private static JsonObject Proxy(RuleShape shape)
    {
        var rule = Named(shape with { Named = false });
        List<JsonNode> conditions = [.. Enumerable.Range(0, shape.Matches).Select(index => (JsonNode)new JsonObject { ["prefix"] = $"/{shape.Unknown}/{index}" })];
        if (shape.Header)
        {
            conditions.Add(new JsonObject { ["header"] = new JsonObject { ["name"] = "tenant", ["present"] = true } });
        }

        rule["conditions"] = conditions.Count == 0 ? null : new JsonArray([.. conditions]);
        rule["services"] = new JsonArray([.. EntriesOf(shape).Select(each => With(new() { ["name"] = each.Name, ["port"] = 80, ["own"] = shape.Unknown }, Weight(each.Weight)))]);
        if (shape.Extra == 2)
        {
            rule["services"]!.AsArray().Add(new JsonObject { ["name"] = "audit", ["port"] = 80, ["mirror"] = true });
        }

        return Pruned(rule);
    }

    private static JsonObject IngressRoute(RuleShape shape)
    {
        var rule = Named(shape with { Named = false });
        var paths = string.Join(" || ", Enumerable.Range(0, shape.Matches).Select(index => $"PathPrefix(`/{shape.Unknown}/{index}`)"));
        rule["kind"] = "Rule";
        rule["match"] = "Host(`shop.example.org`)" + (paths.Length == 0 ? "" : $" && ({paths})") + (shape.Header ? " && Header(`tenant`, `t`)" : "");
        rule["priority"] = shape.Unknown % 3 == 0 ? shape.Unknown : null;
        rule["middlewares"] = shape.Extra == 1 ? new JsonArray(new JsonObject { ["name"] = "auth", ["future"] = shape.Unknown }) : null;
        rule["services"] = new JsonArray([.. EntriesOf(shape).Select(each => With(new() { ["name"] = each.Name, ["port"] = 80, ["own"] = shape.Unknown }, Weight(each.Weight)))]);
        return Pruned(rule);
    }

    private static IEnumerable<(string Name, int? Weight)> EntriesOf(RuleShape shape)
    {
        if (shape.Beside || !shape.Ours)
        {
            yield return ("other", 40);
        }

        if (shape.Ours)
        {
            yield return ("shop", shape.Beside ? 60 : null);
        }
    }

    private static JsonObject Named(RuleShape shape) => Pruned(new() { ["name"] = shape.Named ? $"r{shape.Unknown}" : null, ["timeouts"] = new JsonObject { ["request"] = $"{shape.Unknown}s" } });

    private static (string, JsonNode)? Weight(int? weight) => weight is { } written ? ("weight", written) : null;

    private static JsonObject With(JsonObject map, (string Name, JsonNode Value)? more)
    {
        if (more is { } pair)
        {
            map[pair.Name] = pair.Value;
        }

        return map;
    }

    private static JsonObject Pruned(JsonObject map)
    {
        foreach (var name in map.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            map.Remove(name);
        }

        return map;
    }

    private static bool TakeFilter(JsonObject rule)
    {
        if (rule["filters"] is not JsonArray filters || filters.FirstOrDefault(each => (string?)each!["requestMirror"]?["backendRef"]?["name"] == "shop-canary") is not { } mirror)
        {
            return false;
        }

        filters.Remove(mirror);
        if (filters.Count == 0)
        {
            rule.Remove("filters");
        }

        return true;
    }

    private static bool TakeIstioMirror(JsonObject rule, string canary)
    {
        if (rule["mirror"] is { } single && Host(single) == canary)
        {
            Assert.Equal(100, (int)rule["mirrorPercentage"]!["value"]!);
            return rule.Remove("mirror") && rule.Remove("mirrorPercentage");
        }

        return rule["mirrors"] is JsonArray several && several.FirstOrDefault(each => Host(each!["destination"]!) == canary) is { } mirror && several.Remove(mirror);
    }

    private static bool TakeProxyMirror(JsonObject rule) =>
        rule["services"] is JsonArray services && services.FirstOrDefault(each => IsMirror(each!) && (string)each!["name"]! == "shop-canary") is { } mirror && services.Remove(mirror);
}
