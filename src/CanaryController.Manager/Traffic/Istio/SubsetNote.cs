using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>What the subsets of a DestinationRule were before they were first changed, as its annotation <c>canarycontroller.io/original</c> remembers it.</summary>
/// <param name="Stable">The name of stable's subset.</param>
/// <param name="Canary">The canary's.</param>
/// <param name="Subsets">Those of the two that were there.</param>
/// <param name="HadSubsets">There was a list of subsets at all.</param>
/// <param name="Owners">Who owned the list; null when that was too much to keep.</param>
internal sealed record SubsetNote(string Stable, string Canary, IReadOnlyList<OriginalSubset> Subsets, bool HadSubsets, JsonArray? Owners)
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false };

    /// <summary>What <paramref name="rule"/> remembers; null when it was never changed, or the note is not ours to read.</summary>
    public static SubsetNote? Of(DestinationRuleObject rule)
    {
        if (!rule.Meta.Annotations.TryGetValue(RouteAnnotations.Original, out var text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<SubsetNote>(text, _options) is { Stable: not null, Canary: not null, Subsets: not null } note && note.Subsets.All(subset => subset is { Name: not null }) ? note : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What is to be remembered of <paramref name="rule"/> before its first change.</summary>
    public static SubsetNote Before(DestinationRuleObject rule, VersionSubsets subsets, JsonArray? owners) => new(
        subsets.Stable,
        subsets.Canary,
        [
            .. rule.Subsets.Where(subset => subset.Name == subsets.Stable || subset.Name == subsets.Canary)
                .Select(subset => new OriginalSubset(subset.Name, subset.Labels is null ? null : JsonNode.Parse(subset.Labels) as JsonObject)),
        ],
        rule.HasSubsets,
        owners);

    /// <summary>The note of a subset; null when it was not there.</summary>
    public OriginalSubset? Subset(string name) => Subsets.FirstOrDefault(subset => subset.Name == name);

    /// <summary>As it is written; without the owners when they are too much.</summary>
    public override string ToString()
    {
        var text = JsonSerializer.Serialize(this, _options);
        return text.Length <= OriginalRoute.MaxCharacters ? text : JsonSerializer.Serialize(this with { Owners = null }, _options);
    }
}

/// <summary>A subset as it was.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Labels">Its labels; null when it said none.</param>
internal sealed record OriginalSubset(string Name, JsonObject? Labels);
