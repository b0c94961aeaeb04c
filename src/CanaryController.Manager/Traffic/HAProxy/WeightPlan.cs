using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>The weight that each server of a backend gets for a split: whole numbers, 0 to 256, that come nearest to it with the servers that take requests now.</summary>
/// <param name="Weights">By the server's name; those of neither version are not among them.</param>
/// <param name="Share">The canary's part of all requests then, 0 to 1; null when no server takes requests.</param>
internal sealed record WeightPlan(IReadOnlyDictionary<string, int> Weights, double? Share)
{
    /// <summary>How far off the share may be: this part of the smaller of the two shares.</summary>
    public const double Tolerance = 0.05;

    /// <summary>What a server weighs whose whole version is configured with 0: as much as each of the others.</summary>
    private const int WithoutConfiguration = 100;

    /// <summary>
    /// Plans <paramref name="weight"/> for the canary. Within a version weights stay in the proportion of the configured ones. At 0 and 100 % the version that has everything has its configured
    /// weights, so that leaving changes next to nothing. A canary's server that does not take requests gets 0 below 100 %, so that its return gives the canary no more than it should have; one of
    /// stable's keeps its part, because its return only lowers the canary's.
    /// </summary>
    public static WeightPlan For(BackendVersions versions, CanaryWeight weight)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        Clear(versions.Retired, weights);
        if (weight == CanaryWeight.Zero || versions.CanaryName is null)
        {
            Configured(versions.Stable, weights);
            Clear(versions.Canary, weights);
        }
        else if (weight == CanaryWeight.Full)
        {
            Configured(versions.Canary, weights);
            Clear(versions.Stable, weights);
        }
        else
        {
            Divide(versions, weight, weights);
        }

        return new(weights, versions.Share(server => weights[server.Name]));
    }

    /// <summary>What <paramref name="share"/> is of <paramref name="wanted"/>, as near as it has to be.</summary>
    public static bool IsNear(double? share, CanaryWeight wanted)
    {
        var smaller = Math.Min(wanted.BasisPoints, wanted.RestBasisPoints);
        return share is { } real && Math.Abs((real * CanaryWeight.WholeBasisPoints) - wanted.BasisPoints) <= smaller * Tolerance;
    }

    /// <summary>True when the servers weigh that now.</summary>
    public bool IsInForce(ProxyBackend backend)
    {
        foreach (var server in backend.Servers)
        {
            if (Weights.TryGetValue(server.Name, out var weight) && weight != server.Weight)
            {
                return false;
            }
        }

        return true;
    }

    private static void Clear(IReadOnlyList<ProxyServer> servers, Dictionary<string, int> weights)
    {
        foreach (var server in servers)
        {
            weights[server.Name] = 0;
        }
    }

    private static void Configured(IReadOnlyList<ProxyServer> servers, Dictionary<string, int> weights)
    {
        var isSaid = servers.Any(server => server.Initial > 0);
        foreach (var server in servers)
        {
            weights[server.Name] = isSaid ? server.Initial : WithoutConfiguration;
        }
    }

    private static void Divide(BackendVersions versions, CanaryWeight weight, Dictionary<string, int> weights)
    {
        var (stable, canary) = (new VersionWeights(versions.Stable), new VersionWeights(versions.Canary));
        var (stableSum, canarySum) = NearestSums.Find(weight, stable.MaxSum, canary.MaxSum, versions.OthersWeight);
        stable.Give(stableSum, weights, restGetsPart: true);
        canary.Give(canarySum, weights, restGetsPart: false);
    }
}
