using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What Istio's webhook refuses of a VirtualService.</summary>
internal sealed class VirtualServiceRules : KindRules
{
    private static readonly string[] _protocols = ["http", "tls", "tcp"];

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        if (_protocols.All(protocol => spec.List(protocol) is not { Count: > 0 }))
        {
            throw Denied("http, tcp or tls must be provided in virtual service");
        }

        var isDelegate = spec.List("hosts") is not { Count: > 0 };
        foreach (var protocol in _protocols)
        {
            foreach (var route in (spec.List(protocol) ?? []).OfType<JsonObject>())
            {
                Route(protocol, route, isDelegate);
            }
        }

        if (isDelegate && (spec.List("gateways") is { Count: > 0 } || spec.List("tls") is { Count: > 0 } || spec.List("tcp") is { Count: > 0 }))
        {
            throw Denied("a delegate virtual service has http routes only, and no gateways");
        }
    }

    private static void Route(string protocol, JsonObject route, bool isDelegate)
    {
        var entries = route.List("route") ?? [];
        if (route.ContainsKey("delegate") && (isDelegate || entries.Count > 0))
        {
            throw Denied(isDelegate ? "a delegate virtual service can't delegate" : "root http route must not specify route with a delegate");
        }

        if (entries.Count == 0 && !(protocol == "http" && (route.ContainsKey("redirect") || route.ContainsKey("directResponse") || route.ContainsKey("delegate"))))
        {
            throw Denied("HTTP route, redirect or direct_response is required");
        }

        Mirrors(route);
        foreach (var match in (route.List("match") ?? []).OfType<JsonObject>())
        {
            Headers(match);
        }

        long total = 0;
        foreach (var entry in entries.OfType<JsonObject>())
        {
            var weight = entry["weight"]?.GetValue<int>() ?? 0;
            total += weight < 0 ? throw Denied($"weight {weight} < 0") : weight;
            if (entry.Map("destination").Str("host") is not { Length: > 0 })
            {
                throw Denied("destination host is required");
            }
        }

        if (entries.Count > 1 && total == 0)
        {
            throw Denied("total destination weight = 0");
        }
    }

    private static void Mirrors(JsonObject route)
    {
        if (route.ContainsKey("mirror") && route.List("mirrors") is { Count: > 0 })
        {
            throw Denied("HTTP route cannot contain both mirror and mirrors");
        }

        foreach (var (to, share) in (route.List("mirrors") ?? []).OfType<JsonObject>().Select(each => (each.Map("destination"), each["percentage"])).Append((route.Map("mirror"), route["mirrorPercentage"])))
        {
            if (to is { Count: > 0 } && to.Str("host") is not { Length: > 0 })
            {
                throw Denied("destination host is required");
            }

            if (share?["value"] is { } value && value.GetValue<double>() is < 0 or > 100)
            {
                throw Denied("mirror percentage must have a max value of 100 and a min value of 0");
            }
        }
    }

    private static void Headers(JsonObject match)
    {
        foreach (var (name, condition) in match.Map("headers") ?? [])
        {
            if (name.Length == 0 || name.Any(char.IsUpper))
            {
                throw Denied($"header name {name} is invalid: names are in lower case");
            }

            if (condition is not JsonObject { Count: 1 } one)
            {
                throw Denied("a header has one of exact, prefix and regex");
            }

            if (one["regex"] is { } pattern && !IsRegex((string)pattern!))
            {
                throw Denied($"invalid regex: {pattern}");
            }
        }
    }

    private static bool IsRegex(string pattern)
    {
        try
        {
            _ = new System.Text.RegularExpressions.Regex(pattern, System.Text.RegularExpressions.RegexOptions.NonBacktracking);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    internal static Exception Denied(string why) => Refusal.BadRequest($"admission webhook \"rev.validation.istio.io\" denied the request: configuration is invalid: {why}");
}

/// <summary>What Istio's webhook refuses of a DestinationRule.</summary>
internal sealed class DestinationRuleRules : KindRules
{
    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        if (spec.Str("host") is not { Length: > 0 })
        {
            throw VirtualServiceRules.Denied("host is required");
        }

        foreach (var subset in (spec.List("subsets") ?? []).OfType<JsonObject>())
        {
            if (subset.Str("name") is not { Length: > 0 } name || Names.Label(name) is not null)
            {
                throw VirtualServiceRules.Denied("subset name is invalid");
            }
        }
    }
}
