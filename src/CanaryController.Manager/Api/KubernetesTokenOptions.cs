using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>The section <c>api.kubernetesTokens</c>: callers with a token of the cluster, whose RBAC says what they may do. Kubernetes mode only.</summary>
internal sealed record KubernetesTokenOptions
{
    /// <summary>
    /// A token must be for one of these; empty = for the API server itself, as the one that is mounted into each pod. One of our own (<c>canary-controller</c>) is safer: such a token is worth
    /// nothing at the API server. At most 10, each of 1 to 256 characters.
    /// </summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>
    /// How long it counts that a token was good or something allowed, a token no longer than it says itself; so it takes this long until a deleted service account or role is missed.
    /// That a token was unknown, or something not allowed, counts for 10 seconds at most. Default 1 minute; 1 second to 10 minutes.
    /// </summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which tokens count, for people.</summary>
    public string KnownTokens =>
        Audiences.Count == 0 ? "a token of the cluster, like a service account's" : $"a token of the cluster for the audience {string.Join(" or ", Audiences)}";
}

/// <summary>Checks the section <c>api.kubernetesTokens</c>, all of it at once.</summary>
internal static class KubernetesTokenOptionsValidator
{
    /// <summary>More audiences than anybody issues tokens for.</summary>
    public const int MaxAudiences = 10;

    private const int MaxAudienceChars = 256;
    private static readonly TimeSpan _leastCacheFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _mostCacheFor = TimeSpan.FromMinutes(10);

    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IEnumerable<FieldProblem> Validate(KubernetesTokenOptions options, string path = "api.kubernetesTokens")
    {
        if (options.Audiences.Count > MaxAudiences)
        {
            yield return new($"{path}.audiences", options.Audiences.Count.ToString(), $"More than {MaxAudiences} audiences.", "name those that tokens are issued for");
        }

        foreach (var wrong in options.Audiences.Where(audience => audience.Length is 0 or > MaxAudienceChars || audience.Any(letter => letter is <= ' ' or > '~')))
        {
            yield return new(
                $"{path}.audiences", wrong.Length > 20 ? $"{wrong[..20]}…" : wrong, $"1 to {MaxAudienceChars} visible ASCII characters without blanks are expected here.", "canary-controller");
        }

        foreach (var twice in options.Audiences.GroupBy(audience => audience, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return new($"{path}.audiences", twice, "This audience is named twice.", "name it once");
        }

        if (options.CacheFor < _leastCacheFor || options.CacheFor > _mostCacheFor)
        {
            yield return new($"{path}.cacheFor", options.CacheFor.ToString(), "Outside 1 second to 10 minutes.", "1m");
        }
    }
}
