using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>
/// What would go wrong with the first request to a canary: Istio applies a DestinationRule to one host, so a version with a host or subset of its own may be called without the policy of the other,
/// without mTLS, or not at all.
/// </summary>
internal static class IstioObstacles
{
    /// <summary>Of versions that are hosts: the rules about them say the same.</summary>
    /// <param name="pair">The versions.</param>
    /// <param name="apex">The rule about the Service that clients call; null when there is none.</param>
    /// <param name="stable">About stable's Service.</param>
    /// <param name="canary">About the canary's.</param>
    /// <param name="strict">What asks for mTLS; null when nothing does.</param>
    public static string? OfHosts(BackendPair pair, DestinationRuleObject? apex, DestinationRuleObject? stable, DestinationRuleObject? canary, PeerAuthenticationObject? strict)
    {
        if (apex is { Policy.Text: { } wanted } && (stable?.Policy.Text != wanted || canary?.Policy.Text != wanted))
        {
            var missing = stable?.Policy.Text != wanted ? pair.Stable : pair.Canary;
            return $"{apex} has a trafficPolicy for {pair.Service}, which Istio does not apply to {missing}: write DestinationRules with the same trafficPolicy for {pair.Stable} and {pair.Canary}, or tell the"
                + $" versions apart by subsets: traffic.istio.destinationRule: {{name: {apex.Meta.Name.Name}}}.";
        }

        return apex is not { Policy.Text: not null } && stable?.Policy.Text != canary?.Policy.Text
            ? $"{Host(stable, pair.Stable)} and {Host(canary, pair.Canary)} have different trafficPolicies: write the same one for both, so that both versions are called in the same way."
            : Tls(canary, canary?.Policy.TlsMode, pair.Canary, strict);
    }

    /// <summary>Of versions that are subsets.</summary>
    public static string? OfSubsets(DestinationRuleObject rule, VersionSubsets subsets, PeerAuthenticationObject? strict)
    {
        // One that is not there yet becomes a copy of the other.
        var (stable, canary) = (rule.Subset(subsets.Stable), rule.Subset(subsets.Canary));
        return stable is not null && canary is not null && stable.Policy.Text != canary.Policy.Text
            ? $"The subsets {subsets.Stable} and {subsets.Canary} of {rule} have different trafficPolicies: write the same one for both, so that both versions are called in the same way."
            : Tls(rule, (canary ?? stable)?.Policy.TlsMode ?? rule.Policy.TlsMode, $"subset {subsets.Canary}", strict);
    }

    /// <summary>Of versions that are hosts: an entry that goes to a subset of the Service, which the versions' own Services do not have.</summary>
    public static string? OfEntries(BackendPair pair, RouteObject route)
    {
        foreach (var rule in route.Rules)
        {
            if (pair.Find(rule, OriginalRoute.Of(route)?.Pair ?? default) is { IsOurs: true } place && (place.Apex ?? (place.IsPair ? null : place.Stable)) is { } at && rule.Backends[at].Subset is { } subset)
            {
                return $"{rule.Heading} of {route} sends to subset {subset}, which {pair.Stable} and {pair.Canary} do not have: leave the subset out, or tell the versions apart by subsets:"
                    + " traffic.istio.destinationRule: {name: NAME}.";
            }
        }

        return null;
    }

    private static string? Tls(DestinationRuleObject? rule, string? mode, string? canary, PeerAuthenticationObject? strict) =>
        rule is not null && strict is not null && mode is "DISABLE" or "SIMPLE"
            ? $"{strict} asks for mTLS (STRICT), and {rule} calls {canary} with tls.mode {mode}: each request to the canary would fail. Write ISTIO_MUTUAL, or leave tls out."
            : null;

    private static string Host(DestinationRuleObject? rule, string? host) => rule is null ? $"{host} (without a DestinationRule)" : $"{host} ({rule})";
}
