using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>Translates between the planner's split of two versions and the gateway's weights and matches.</summary>
internal static class GatewaySplitMapping
{
    /// <summary>The gateway's words for <paramref name="split"/>. A version without traffic by weight is left out, unless it is all there is.</summary>
    public static GatewaySplit ToGateway(TrafficSplit split)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        if (split.Weight < CanaryWeight.Full || split.Canary is null)
        {
            weights[split.Stable] = split.Canary is null ? CanaryWeight.WholeBasisPoints : split.Weight.RestBasisPoints;
        }

        if (split.Canary is { } canary && split.Weight > CanaryWeight.Zero)
        {
            weights[canary] = weights.GetValueOrDefault(canary) + split.Weight.BasisPoints;
        }

        var matches = new List<GatewayMatch>(split.Matches.Count);
        foreach (var match in split.Matches)
        {
            if (split.Canary is not null)
            {
                matches.Add(new(match.Kind.ToString(), match.Name, match.Value, split.Canary));
            }
        }

        return new(weights, matches);
    }

    /// <summary>
    /// The route in the planner's words. A split that two versions cannot express (somebody else wrote it) is told as not known, with a problem that
    /// says what is there: the planner must not take it for its own, and asserts its split again.
    /// </summary>
    public static RouteReading ToReading(GatewayRoute route, string stable, string? canary)
    {
        canary = canary == stable ? null : canary;
        var versions = new Dictionary<string, VersionInstances>(StringComparer.Ordinal);
        foreach (var version in route.Versions)
        {
            versions[version.Name] = new(version.Healthy, version.Destinations);
        }

        var foreign = Foreign(route, stable, canary);
        if (foreign is not null)
        {
            return new(new RouteObservation(null, false, foreign), versions);
        }

        var weight = canary is null ? 0 : route.Split.Weights.GetValueOrDefault(canary);
        var matches = (route.Split.Matches ?? [])
            .Select(match => new RequestMatch(Enum.Parse<RequestMatchKind>(match.Kind, ignoreCase: true), match.Name, match.Value)).ToArray();
        var split = new TrafficSplit(stable, canary, CanaryWeight.FromBasisPoints(weight), [.. matches]);
        return new(new RouteObservation(split, true, null), versions);
    }

    private static string? Foreign(GatewayRoute route, string stable, string? canary)
    {
        var sum = 0L;
        foreach (var (version, weight) in route.Split.Weights)
        {
            sum += weight;
            if (weight is < 0 or > CanaryWeight.WholeBasisPoints || (weight > 0 && version != stable && version != canary))
            {
                return $"Route '{route.Name}' sends traffic by a split that is not this rollout's: {Describe(route)}.";
            }
        }

        if (sum != CanaryWeight.WholeBasisPoints)
        {
            return $"Route '{route.Name}' has weights that sum to {sum} instead of {CanaryWeight.WholeBasisPoints} basis points: {Describe(route)}.";
        }

        foreach (var match in route.Split.Matches ?? [])
        {
            if (match.Version != canary || !Enum.TryParse<RequestMatchKind>(match.Kind, ignoreCase: true, out _))
            {
                return $"Route '{route.Name}' has a match on {match.Kind} '{match.Name}' to version '{match.Version}' that is not this rollout's.";
            }
        }

        return null;
    }

    private static string Describe(GatewayRoute route) =>
        string.Join(", ", route.Split.Weights.Take(10).Select(pair => $"{pair.Key} {pair.Value / 100m:0.##} %"));
}
