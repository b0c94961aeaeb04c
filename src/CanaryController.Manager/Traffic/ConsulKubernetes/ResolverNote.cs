using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>What the subsets of a ServiceResolver were before they were first changed, as its annotation <c>canarycontroller.io/original</c> remembers it.</summary>
/// <param name="Stable">Stable's subset; null when it was not there.</param>
/// <param name="Canary">The canary's.</param>
/// <param name="HadSubsets">There were subsets at all.</param>
/// <param name="Chosen">The expression that chose the pods that were stable's then.</param>
/// <param name="Owners">Who owned the subsets; null when that was too much to keep.</param>
internal sealed record ResolverNote(OriginalFilter? Stable, OriginalFilter? Canary, bool HadSubsets, string Chosen, JsonArray? Owners)
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false };

    /// <summary>What <paramref name="resolver"/> remembers; null when it was never changed, or the note is not ours to read.</summary>
    public static ResolverNote? Of(ServiceResolverObject resolver)
    {
        if (!resolver.Meta.Annotations.TryGetValue(RouteAnnotations.Original, out var text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ResolverNote>(text, _options) is { Chosen: not null } note ? note : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            // A name that stands twice in the owners is an ArgumentException.
            return null;
        }
    }

    /// <summary>What is to be remembered of <paramref name="resolver"/> before its first change.</summary>
    public static ResolverNote Before(ServiceResolverObject resolver, string chosen, JsonArray? owners) =>
        new(Filter(resolver, RoleSubsets.Stable), Filter(resolver, RoleSubsets.Canary), resolver.HasSubsets, chosen, owners);

    /// <summary>As it is written; without the owners when they are too much.</summary>
    public override string ToString()
    {
        var text = JsonSerializer.Serialize(this, _options);
        return text.Length <= OriginalRoute.MaxCharacters ? text : JsonSerializer.Serialize(this with { Owners = null }, _options);
    }

    private static OriginalFilter? Filter(ServiceResolverObject resolver, string name) =>
        resolver.Subset(name) is { } subset ? new((string?)subset.Tree["filter"]) : null;
}

/// <summary>A subset as it was.</summary>
/// <param name="Filter">Its expression; null when it said none.</param>
internal sealed record OriginalFilter(string? Filter);
