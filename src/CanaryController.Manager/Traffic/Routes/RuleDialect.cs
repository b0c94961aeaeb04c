using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// How the rules of a kind ask for headers, and how they mirror (ADR 0011). Pure, without state. What is written is always a condition more on a copy of the user's rule, and a mirror more in it.
/// </summary>
internal abstract class RuleDialect
{
    /// <summary>The header that cookies stand in.</summary>
    protected const string CookieHeader = "cookie";

    /// <summary>Most rules that the API allows in an object.</summary>
    public virtual int MaxRules => int.MaxValue;

    /// <summary>The first rule that matches wins; otherwise the most specific one.</summary>
    public virtual bool IsOrdered => false;

    /// <summary>A copy keeps stable's entry, at weight 0; otherwise it goes.</summary>
    public virtual bool KeepsStable => false;

    /// <summary>What of a rule has to be known to add to it.</summary>
    /// <param name="rule">The rule as it is written.</param>
    /// <param name="backends">Its entries.</param>
    /// <param name="note">Says who the canary is, where we mirror to it; null where a mirror is never ours.</param>
    public abstract RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note);

    /// <summary>Takes the condition of <paramref name="pick"/> out of each match of a rule; false when one has none. Null takes nothing: it only writes the rule as it would be after that.</summary>
    public abstract bool Strip(JsonObject rule, RequestMatch? pick);

    /// <summary>Adds the condition of <paramref name="pick"/> to each match of the copy at <paramref name="twin"/>.</summary>
    public abstract void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick);

    /// <summary>Leads the copy at <paramref name="twin"/> of a rule that only matches to the canary.</summary>
    public virtual void Lead(JsonPatch patch, string twin, RouteRule rule, RouteBackend canary) => throw new InvalidOperationException($"The copy {twin} has entries, and is led by their weights.");

    /// <summary>Mirrors the requests of the rule at <paramref name="path"/> to the canary, whose entry has the index <paramref name="canary"/> of <paramref name="count"/>.</summary>
    public abstract void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count);

    /// <summary>Stops that, in the rule at <paramref name="path"/> which is <paramref name="rule"/> or a copy: its mirror stands at <paramref name="mirror"/>.</summary>
    public virtual void Unmirror(JsonPatch patch, string path, RouteRule rule, string mirror) => patch.Remove($"{path}/{mirror}");

    /// <summary>The name of the header that a pick asks for.</summary>
    protected static string HeaderOf(RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => pick.Name,
        RequestMatchKind.Cookie => CookieHeader,
    };

    /// <summary>Why a rule cannot ask for <paramref name="pick"/> too, as the end of a sentence that begins with its title; null when it can.</summary>
    public virtual string? Obstacle(RouteRule rule, RequestMatch pick) =>
        rule.Traits!.Matches.Any(match => match.Headers.Contains(HeaderOf(pick), StringComparer.OrdinalIgnoreCase))
            ? $"asks for the header {HeaderOf(pick)} itself, and a rule can ask for a header once: match by another one."
            : null;
}

/// <summary>What of a rule has to be known to add a condition or a mirror.</summary>
/// <param name="Matches">Its matches, one of which is enough.</param>
internal record RuleTraits(EquatableArray<RuleMatch> Matches)
{
    /// <summary>The rule can be copied for matched requests.</summary>
    public bool CanMatch { get; init; } = true;

    /// <summary>Rules like it can mirror.</summary>
    public bool CanMirror { get; init; } = true;

    /// <summary>How many mirrors or filters stand in the list that a mirror comes into; null when there is no list.</summary>
    public int? Mirrors { get; init; }

    /// <summary>Where our mirror stands, below the rule: <c>filters/1</c>; null when it has none.</summary>
    public string? OwnMirror { get; init; }

    /// <summary>It says beside its mirror how much is mirrored.</summary>
    public bool HasPercentage { get; init; }

    /// <summary>Why no mirror can be added, as the end of a sentence that begins with the rule's title; null when one can.</summary>
    public string? NoMirror { get; init; }
}

/// <summary>A match of a rule.</summary>
/// <param name="Conditions">How many conditions are in the list that one comes into; null when there is no list.</param>
/// <param name="Headers">The names of the headers that it asks for.</param>
internal readonly record struct RuleMatch(int? Conditions, EquatableArray<string> Headers);
