using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What an object was before it was divided, as its annotation <c>canarycontroller.io/original</c> remembers it.</summary>
/// <param name="Stable">The Service of the pair that was stable's when the route was divided last.</param>
/// <param name="Canary">The other one.</param>
/// <param name="Rules">The rules' entries.</param>
/// <param name="Owners">Who owned the rules: the entries of managedFields, each reduced to what it had of them. Null when that was too much to keep.</param>
internal sealed record OriginalRoute(string Stable, string? Canary, IReadOnlyList<OriginalRule> Rules, JsonArray? Owners)
{
    /// <summary>All annotations of an object together may have 256 KiB, and others want some too.</summary>
    public const int MaxCharacters = 64 * 1024;

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter<RequestMatchKind>() },
    };

    /// <summary>The matches that we added a rule for, in order; null for none.</summary>
    public IReadOnlyList<RequestMatch>? Matches { get; init; }

    /// <summary>We mirror; null when we do not.</summary>
    public bool? IsMirrored { get; init; }

    /// <summary>The Service whose subsets the two are, where that is needed to know what we added; otherwise null.</summary>
    public string? Service { get; init; }

    /// <summary>What was added.</summary>
    [JsonIgnore]
    public BesideWeight Beside => Matches is null && IsMirrored is not true ? BesideWeight.None : new([.. Matches ?? []], IsMirrored is true);

    /// <summary>What <paramref name="route"/> remembers; null when it was never divided, or the note is not ours to read.</summary>
    public static OriginalRoute? Of(RouteObject route) => Of(route.Meta);

    /// <summary>What the object with <paramref name="meta"/> remembers.</summary>
    public static OriginalRoute? Of(ObjectMeta meta)
    {
        if (!meta.Annotations.TryGetValue(RouteAnnotations.Original, out var text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<OriginalRoute>(text, _options) is { Stable: not null, Rules: not null } original && original.Rules.All(rule => rule is { Name: not null })
                    && (original.Matches ?? []).All(match => match is { Name: not null, Value: not null })
                ? original
                : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            // A name that stands twice in the owners is an ArgumentException.
            return null;
        }
    }

    /// <summary>As it is written; without the owners when they are too much.</summary>
    public override string ToString()
    {
        var text = JsonSerializer.Serialize(this, _options);
        return text.Length <= MaxCharacters ? text : JsonSerializer.Serialize(this with { Owners = null }, _options);
    }

    /// <summary>The pair as it was divided last.</summary>
    [JsonIgnore]
    public FormerPair Pair => new(Stable, Canary);

    /// <summary>The note of a rule; null when it was not there then.</summary>
    public OriginalRule? Rule(int index) => Rules.FirstOrDefault(rule => rule.Rule == index);

    /// <summary>With what is added now.</summary>
    public OriginalRoute With(BesideWeight beside, BackendPair pair) => this with
    {
        Matches = beside.Matches.IsEmpty ? null : beside.Matches,
        IsMirrored = beside.IsMirrored ? true : null,
        Service = pair.BySubset && !beside.IsNone ? pair.Service : null,
    };

    /// <summary>An entry of <paramref name="service"/>, or of a subset of it, is the canary's.</summary>
    public bool IsCanary(string service, string? subset) => Canary is not null && Is(Canary, service, subset);

    /// <summary>It is stable's.</summary>
    public bool IsStable(string service, string? subset) => Is(Stable, service, subset);

    private bool Is(string key, string service, string? subset) => Service is null ? service == key : service == Service && subset == key;

    /// <summary>With the note of a rule that is divided now.</summary>
    public static IReadOnlyList<OriginalRule> With(IReadOnlyList<OriginalRule> rules, OriginalRule rule) =>
        [.. rules.Where(each => each.Rule != rule.Rule), rule];
}

/// <summary>What a rule had before it was divided.</summary>
/// <param name="Rule">Its index.</param>
/// <param name="Name">The Service that its entry named.</param>
/// <param name="Weight">The entry's weight; null when it said none.</param>
/// <param name="Pair">Both entries were there already.</param>
internal sealed record OriginalRule(int Rule, string Name, int? Weight, bool Pair);
