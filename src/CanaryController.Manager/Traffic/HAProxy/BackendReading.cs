using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Tells a backend in the planner's words.</summary>
internal static class BackendReading
{
    // Coarsest first: of all splits that the same weights stand for, the roundest is most likely the one that was meant.
    private static readonly int[] _roundBasisPoints = [500, 100, 50, 10, 5, 1];

    /// <summary>The whole reading.</summary>
    /// <param name="versions">The backend by versions.</param>
    /// <param name="asked">What was asked of it last; null when that is not known.</param>
    public static RouteReading Of(BackendVersions versions, Asked? asked) => new(Route(versions, asked), versions.Instances()) { Basis = Weights(versions.Backend) };

    private static EquatableArray<string> Weights(ProxyBackend backend) => [.. backend.Servers.Select(server => $"{server.Name} {server.Weight}")];

    private static RouteObservation Route(BackendVersions versions, Asked? asked)
    {
        if (Unknown(versions) is { } unknown)
        {
            return new(null, false, unknown);
        }

        var problem = BackendRefusal.Of(versions.Backend);
        if (versions.Canary.All(server => server.Weight == 0))
        {
            // A version that has no server, or could not be divided, is not named: then nothing begins that could not go on.
            var isNamed = problem is null && versions.Canary.Count > 0;
            return new(isNamed ? Split(versions, CanaryWeight.Zero) : TrafficSplit.AllTo(versions.StableName), true, problem ?? Foreign(versions));
        }

        var share = versions.Share(server => server.Weight);
        var known = problem is null && asked is not null && asked.IsKept(versions.Backend) && IsOf(asked.Split, versions) ? Kept(versions, asked, share) : null;
        if (known is not null)
        {
            return known;
        }

        var isAll = versions.Stable.All(server => server.Weight == 0) && versions.OthersWeight == 0;
        if (!isAll && share is null or 0 or 1)
        {
            // Weights say one thing and failing servers another, until they come back.
            return new(null, false, problem ?? $"Backend '{versions.Backend.Name}' divides its requests by the failure of servers, not by their weights.");
        }

        var weight = isAll ? CanaryWeight.Full : Roundest(versions, share!.Value) ?? BackendVersions.Rounded(share.Value);
        return Told(versions, weight, share, true, problem ?? Foreign(versions));
    }

    /// <summary>Why it cannot be said in terms of the two versions what the backend does; null when it can.</summary>
    private static string? Unknown(BackendVersions versions)
    {
        var name = versions.Backend.Name;
        var ours = versions.Stable.Concat(versions.Canary).ToList();
        return versions.Retired.FirstOrDefault(server => server.Weight > 0) is { } back ? $"Server '{back.Name}' of backend '{name}', which belongs to an earlier version, weighs {back.Weight} again, as after a reload."
            : ours.Count == 0 ? $"Backend '{name}' has no server of {versions.StableName}{(versions.CanaryName is null ? "" : $" or {versions.CanaryName}")}: a server belongs to the version that its name begins with, like {versions.StableName}-1."
            : ours.All(server => server.Weight == 0) ? $"All servers of {versions.StableName}{(versions.CanaryName is null ? "" : $" and {versions.CanaryName}")} in backend '{name}' weigh 0."
            : null;
    }

    /// <summary>The weights are those that were asked for. Who came or went meanwhile changed the shares all the same: then they are computed anew, which is no reason to begin the step again.</summary>
    private static RouteObservation? Kept(BackendVersions versions, Asked asked, double? share)
    {
        if (asked.Split.Weight == CanaryWeight.Zero)
        {
            return null;
        }

        if (!WeightPlan.For(versions, asked.Split.Weight).IsInForce(versions.Backend))
        {
            return new(null, false, $"Servers of backend '{versions.Backend.Name}' came or went: their weights have to be computed anew.");
        }

        var isReached = asked.Split.Weight == CanaryWeight.Full ? share is 1 : WeightPlan.IsNear(share, asked.Split.Weight);
        return Told(versions, asked.Split.Weight, share, isReached, isReached ? Foreign(versions) : Unreached(versions, asked.Split.Weight, share));
    }

    private static RouteObservation Told(BackendVersions versions, CanaryWeight weight, double? share, bool isAccepted, string? problem) =>
        new(Split(versions, weight), isAccepted, problem) { Share = share is { } real && !WeightPlan.IsNear(real, weight) ? BackendVersions.Rounded(real) : null };

    private static TrafficSplit Split(BackendVersions versions, CanaryWeight weight) => new(versions.StableName, versions.CanaryName, weight, []);

    private static bool IsOf(TrafficSplit split, BackendVersions versions) => split.Stable == versions.StableName && split.Canary == versions.CanaryName;

    private static CanaryWeight? Roundest(BackendVersions versions, double share)
    {
        foreach (var step in _roundBasisPoints)
        {
            var rounded = (int)Math.Round(share * CanaryWeight.WholeBasisPoints / step) * step;
            if (rounded is > 0 and < CanaryWeight.WholeBasisPoints && CanaryWeight.FromBasisPoints(rounded) is var weight
                && WeightPlan.IsNear(share, weight) && WeightPlan.For(versions, weight).IsInForce(versions.Backend))
            {
                return weight;
            }
        }

        return null;
    }

    private static string? Foreign(BackendVersions versions) => versions.OthersWeight == 0
        ? null
        : $"Server '{versions.Others.First(server => server is { IsUsable: true, Weight: > 0 }).Name}' of backend '{versions.Backend.Name}' belongs to neither version and takes requests; servers like it weigh {versions.OthersWeight} together. Take them out, or give them weight 0.";

    private static string Unreached(BackendVersions versions, CanaryWeight wanted, double? share)
    {
        var (stable, canary) = (versions.Stable.Count(server => server.IsUsable), versions.Canary.Count(server => server.IsUsable));
        var real = share is { } part ? $"{part * 100:0.##} %" : "nothing";
        return $"{wanted} for {versions.CanaryName} cannot be reached in backend '{versions.Backend.Name}': with {canary} usable servers of it, {stable} of {versions.StableName} and weights of 0 to {ProxyCommand.MaxWeight} the nearest is {real}.";
    }
}
