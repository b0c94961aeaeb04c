using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>
/// The http routes of VirtualServices: <c>match[].headers{name: {exact | regex}}</c>, with names in lower case; and <c>mirror</c> with <c>mirrorPercentage</c>, or an entry of <c>mirrors</c> where users have
/// that list, since the two exclude each other. The first route that matches wins.
/// </summary>
internal sealed class HttpRouteDialect : RuleDialect
{
    private const string Single = "mirror";
    private const string Several = "mirrors";
    private const string Percentage = "mirrorPercentage";

    private static readonly string[] _singles = [Single, Percentage, "mirrorPercent", "mirror_percent"];

    /// <inheritdoc/>
    public override bool IsOrdered => true;

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note)
    {
        List<JsonElement> several = [.. rule.Items(Several)];
        var own = several.FindIndex(mirror => IsTo(mirror.At("destination"), note));
        var mirror = IsTo(rule.At(Single), note) ? Single
            : own >= 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Several}/{own}")
            : null;
        return new([.. rule.Items("match").Select(Match)])
        {
            Mirrors = rule.At(Several) is { ValueKind: JsonValueKind.Array } ? several.Count : null,
            OwnMirror = mirror,
            HasPercentage = rule.At(Percentage) is not null,
            NoMirror = mirror is null && _singles.Any(name => rule.At(name) is not null) ? "has a mirror already: write it as an entry of mirrors, which may have several." : null,
        };
    }

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick)
    {
        if (!rule.ContainsKey(Single))
        {
            rule.Remove(Percentage);
        }

        foreach (var match in (rule["match"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (pick is not null && !Remove(match["headers"] as JsonObject, pick))
            {
                return false;
            }

            if (match["headers"] is JsonObject { Count: 0 })
            {
                match.Remove("headers");
            }
        }

        // No match and a match that asks for nothing are the same.
        var isNone = rule["match"] is not JsonArray matches || matches.Count == 0;
        if (!isNone && rule["match"]!.AsArray() is [JsonObject { Count: 0 }])
        {
            rule.Remove("match");
        }

        return pick is null || !isNone;
    }

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick)
    {
        var (matches, name) = (rule.Traits!.Matches, NameOf(pick));
        if (matches.IsEmpty)
        {
            patch.Add($"{twin}/match", new JsonArray(new JsonObject { ["headers"] = new JsonObject { [name] = Condition(pick) } }));
        }

        for (var index = 0; index < matches.Count; index++)
        {
            _ = matches[index].Conditions is not null
                ? patch.Add($"{twin}/match/{index}/headers/{JsonPatch.Escape(name)}", Condition(pick))
                : patch.Add($"{twin}/match/{index}/headers", new JsonObject { [name] = Condition(pick) });
        }
    }

    /// <inheritdoc/>
    /// <remarks>Without a percentage Istio mirrors everything; it is written all the same, for people who read it.</remarks>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count)
    {
        var destination = $"{path}/route/{canary}/destination";
        if (rule.Traits!.Mirrors is { } several)
        {
            patch.Add($"{path}/{Several}/{several}", new JsonObject { ["percentage"] = Everything() }).Copy(destination, $"{path}/{Several}/{several}/destination");
        }
        else
        {
            patch.Copy(destination, $"{path}/{Single}").Add($"{path}/{Percentage}", Everything());
        }
    }

    /// <inheritdoc/>
    public override void Unmirror(JsonPatch patch, string path, RouteRule rule, string mirror)
    {
        patch.Remove($"{path}/{mirror}");
        if (mirror == Single && rule.Traits!.HasPercentage)
        {
            patch.Remove($"{path}/{Percentage}");
        }
    }

    private static JsonObject Everything() => new() { ["value"] = 100 };

    private static RuleMatch Match(JsonElement match) => match.At("headers") is { ValueKind: JsonValueKind.Object } headers
        ? new(0, [.. headers.EnumerateObject().Select(header => header.Name)])
        : default;

    private static string NameOf(RequestMatch pick) => HeaderOf(pick).ToLowerInvariant();

    private static JsonObject Condition(RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => new() { ["exact"] = pick.Value },
        RequestMatchKind.Cookie => new() { ["regex"] = CookiePattern.Of(pick) },
    };

    private static bool Remove(JsonObject? headers, RequestMatch pick) =>
        headers?[NameOf(pick)] is JsonObject there && JsonNode.DeepEquals(there, Condition(pick)) && headers.Remove(NameOf(pick));

    private static bool IsTo(JsonElement? destination, OriginalRoute? note) =>
        destination is { } to && note?.IsCanary(IstioHost.Read(to.Text("host") ?? "").Service ?? "", to.Text("subset")) is true;
}
