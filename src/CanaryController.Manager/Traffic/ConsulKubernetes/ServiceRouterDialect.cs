using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>Routes of a ServiceRouter: <c>match.http.header[]{name, exact | regex}</c>, all of which have to hold, and one destination. The first route that matches wins.</summary>
internal sealed class ServiceRouterDialect : RuleDialect
{
    private const string Match = "match";
    private const string Http = "http";
    private const string Header = "header";
    private const string Destination = "destination";
    private const string Subset = "serviceSubset";

    /// <inheritdoc/>
    public override bool IsOrdered => true;

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note) => new RouterTraits(
        rule.At(Match) is { ValueKind: JsonValueKind.Object },
        rule.At(Match, Http) is { ValueKind: JsonValueKind.Object },
        rule.At(Match, Http, Header) is { ValueKind: JsonValueKind.Array } headers ? headers.GetArrayLength() : null,
        rule.At(Destination) is { ValueKind: JsonValueKind.Object })
    {
        CanMirror = false,
        NoMirror = "cannot mirror: Consul does not.",
    };

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick)
    {
        var http = (rule[Match] as JsonObject)?[Http] as JsonObject;
        var isThere = pick is null;
        if (pick is not null && http?[Header] is JsonArray headers && headers.FirstOrDefault(header => JsonNode.DeepEquals(header, Condition(pick))) is { } own)
        {
            isThere = headers.Remove(own);
            (rule[Destination] as JsonObject)?.Remove(Subset);
        }

        // What is empty says nothing, and a copy may have it where its rule has not.
        Prune(http, Header);
        Prune(rule[Match] as JsonObject, Http);
        Prune(rule, Match);
        Prune(rule, Destination);
        return isThere;
    }

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick)
    {
        var (traits, condition) = ((RouterTraits)rule.Traits!, Condition(pick));
        _ = !traits.HasMatch ? patch.Add($"{twin}/{Match}", new JsonObject { [Http] = new JsonObject { [Header] = new JsonArray(condition) } })
            : !traits.HasHttp ? patch.Add($"{twin}/{Match}/{Http}", new JsonObject { [Header] = new JsonArray(condition) })
            : traits.Headers is not { } count ? patch.Add($"{twin}/{Match}/{Http}/{Header}", new JsonArray(condition))
            : patch.Add($"{twin}/{Match}/{Http}/{Header}/{count}", condition);
    }

    /// <inheritdoc/>
    public override void Lead(JsonPatch patch, string twin, RouteRule rule, RouteBackend canary) => _ = ((RouterTraits)rule.Traits!).HasDestination
        ? patch.Add($"{twin}/{Destination}/{Subset}", canary.Subset)
        : patch.Add($"{twin}/{Destination}", new JsonObject { [Subset] = canary.Subset });

    /// <inheritdoc/>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count) => throw new InvalidOperationException($"A ServiceRouter mirrors nothing: {path}.");

    private static void Prune(JsonObject? map, string member)
    {
        if (map?[member] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
        {
            map!.Remove(member);
        }
    }

    private static JsonObject Condition(RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => new() { ["name"] = pick.Name, ["exact"] = pick.Value },
        RequestMatchKind.Cookie => new() { ["name"] = CookieHeader, ["regex"] = CookiePattern.Of(pick) },
    };

    private sealed record RouterTraits(bool HasMatch, bool HasHttp, int? Headers, bool HasDestination) : RuleTraits([]);
}
