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
    public static RouteReading Of(BackendVersions versions, Asked? asked) => new(Matched(versions, asked, Route(versions, asked)), versions.Instances()) { Basis = Basis(versions.Backend) };

    private static EquatableArray<string> Basis(ProxyBackend backend) =>
        [.. backend.Servers.Select(server => $"{server.Name} {server.Weight}"), .. backend.Maps.SelectMany(map => map.Entries.Select(entry => $"{map.File} {entry}"))];

    /// <summary>With the requests that maps lead to the canary.</summary>
    private static RouteObservation Matched(BackendVersions versions, Asked? asked, RouteObservation route)
    {
        if (route.Applied is not { } split)
        {
            return route;
        }

        var picks = MapPlan.Read(versions, asked?.Split.Matches ?? []);
        return picks is { IsEmpty: true } ? route
            : picks is { } known && split.Canary is not null ? route with { Applied = split with { Matches = known } }
            : new(null, false, BackendSentences.Misled(versions.Backend));
    }

    private static RouteObservation Route(BackendVersions versions, Asked? asked)
    {
        if (BackendSentences.Unknown(versions) is { } unknown)
        {
            return new(null, false, unknown);
        }

        var problem = BackendRefusal.Of(versions.Backend);
        if (versions.Canary.All(server => server.Weight == 0))
        {
            // A version that has no server, or could not be divided, is not named: then nothing begins that could not go on.
            var isNamed = problem is null && versions.Canary.Count > 0;
            return new(isNamed ? Split(versions, CanaryWeight.Zero) : TrafficSplit.AllTo(versions.StableName), true, problem ?? BackendSentences.Foreign(versions));
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
            return new(null, false, problem ?? BackendSentences.ByFailure(versions.Backend));
        }

        var weight = isAll ? CanaryWeight.Full : Roundest(versions, share!.Value) ?? BackendVersions.Rounded(share.Value);
        return Told(versions, weight, share, true, problem ?? BackendSentences.Foreign(versions));
    }

    /// <summary>
    /// The weights are those that were asked for. Who came or went meanwhile changed the shares all the same: then they are computed anew, which is no reason to begin the step again.
    /// </summary>
    private static RouteObservation? Kept(BackendVersions versions, Asked asked, double? share)
    {
        if (asked.Split.Weight == CanaryWeight.Zero)
        {
            return null;
        }

        if (!WeightPlan.For(versions, asked.Split.Weight).IsInForce(versions.Backend))
        {
            return new(null, false, BackendSentences.CameOrWent(versions.Backend));
        }

        var isReached = asked.Split.Weight == CanaryWeight.Full ? share is 1 : WeightPlan.IsNear(share, asked.Split.Weight);
        return Told(versions, asked.Split.Weight, share, isReached, isReached ? BackendSentences.Foreign(versions) : BackendSentences.Unreached(versions, asked.Split.Weight, share));
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
}
