using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// Routes of an IngressRoute: a rule in words, and a priority, the highest of which wins; unless it is written it is the length of the rule, and which of two equal ones wins is not said. A copy that asks for
/// more would be longer, and so outrank rules that its own one gives way to. It therefore gets the priority directly above its own rule's: whatever outranks that goes on to outrank the copy, unless it
/// stands exactly there.
/// </summary>
internal sealed class IngressDialect : RuleDialect
{
    /// <summary>Traefik keeps higher ones to itself.</summary>
    private const long MostPriority = long.MaxValue - 1000;

    private const string Match = "match";
    private const string Priority = "priority";

    /// <inheritdoc/>
    /// <remarks>Traefik counts the requests of a Service under its name only where a route has several.</remarks>
    public override bool KeepsStable => true;

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note) => IngressTraits.Read(rule);

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick)
    {
        var (match, priority) = (IngressTraits.MatchOf(rule), IngressTraits.PriorityOf(rule));
        if (pick is null)
        {
            rule[Priority] = priority;
            return true;
        }

        foreach (var isV2 in (bool[])[false, true])
        {
            var end = End(pick, isV2);
            if (match.StartsWith('(') && match.EndsWith(end, StringComparison.Ordinal) && match.Length > end.Length)
            {
                rule[Match] = match[1..^end.Length];
                rule[Priority] = priority - 1;
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick)
    {
        var own = (IngressTraits)rule.Traits!;
        patch.Replace($"{twin}/{Match}", $"({own.Match}{End(pick, own.IsV2)}").Add($"{twin}/{Priority}", own.Priority + 1);
    }

    /// <inheritdoc/>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count) =>
        throw new InvalidOperationException($"A route of an IngressRoute mirrors nothing: {path}.");

    /// <inheritdoc/>
    public override string? Obstacle(RouteRule rule, RequestMatch pick) => (IngressTraits)rule.Traits! switch
    {
        { Match.Length: 0 } => "has no rule to copy: write its match.",
        { Priority: -1 } => "has the priority -1, directly above which is 0, and by that Traefik means the length of the rule: write another priority.",
        { Priority: >= MostPriority } => string.Create(CultureInfo.InvariantCulture, $"has the highest priority that Traefik allows, {MostPriority}, and a copy of it needs a higher one: write a lower priority."),
        _ when pick is { Kind: RequestMatchKind.Header } && string.Equals(pick.Name, "host", StringComparison.OrdinalIgnoreCase) =>
            "cannot ask for the header host, which Traefik keeps apart from the others: match by another one.",
        _ => null,
    };

    /// <summary>A copy of <paramref name="rule"/> would stand level with <paramref name="other"/>, and a request may match both.</summary>
    public static bool IsLevel(RouteRule rule, RouteRule other) =>
        rule.Traits is IngressTraits own && other.Traits is IngressTraits theirs && theirs.Priority == own.Priority + 1 && own.Reach.MayMeet(theirs.Reach);

    /// <summary>What stands after the rule in a copy: <c>) &amp;&amp; Header(`x-canary`, `always`)</c>.</summary>
    private static string End(RequestMatch pick, bool isV2)
    {
        var (function, value) = pick.Kind switch
        {
            RequestMatchKind.Header => (isV2 ? "Headers" : "Header", pick.Value),
            RequestMatchKind.Cookie => (isV2 ? "HeadersRegexp" : "HeaderRegexp", CookiePattern.Of(pick)),
        };
        return $") && {function}({Quoted(HeaderOf(pick))}, {Quoted(value)})";
    }

    /// <summary>Backquotes hold everything but themselves.</summary>
    private static string Quoted(string text) => !text.Contains('`', StringComparison.Ordinal)
        ? $"`{text}`"
        : $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
