using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.ReplicaRatio;

/// <summary>Reads the split that pods carry out, in the planner's words.</summary>
internal static class RatioReading
{
    /// <summary>The condition that tells the share which the pods really have.</summary>
    public const string Condition = "ReplicaRatio";

    /// <summary>
    /// The split that was asked for last. That everything is back on stable is true only once the canary has no pod left, and then the canary is not named any more: a later attempt has to
    /// be asked for anew.
    /// </summary>
    public static RouteObservation Of(AskedRatio? asked, RatioPods pods, string service, string stable, string? canary)
    {
        if (asked is null)
        {
            return new(TrafficSplit.AllTo(stable), true, null);
        }

        if (asked.Stable == stable && asked.Canary is not null && asked.Canary == canary)
        {
            return asked.Returning is not { } generation ? new(asked.Split, true, null)
                : pods.AreLeft ? new(asked.Split, generation != pods.Generation, null)
                : new(TrafficSplit.AllTo(stable), true, null);
        }

        return asked.Split.SoleVersion switch
        {
            { } sole when sole == stable => new(TrafficSplit.AllTo(stable), true, null),
            { } sole when sole == canary => new(new(stable, canary, CanaryWeight.Full, []), true, null),
            _ => new(null, false, $"Service {service} was asked to divide between {asked.Stable} and {asked.Canary ?? "nothing else"} ({asked.Weight}), which are not this rollout's versions."),
        };
    }

    /// <summary>What share the canary really has, and how fine it can be; null while there is none to speak of.</summary>
    public static ConditionView? Share(AskedRatio? asked, RatioPods pods, string service, string? canary)
    {
        if (canary is null || asked?.Canary != canary || (pods.Canary == 0 && asked.Weight == CanaryWeight.Zero))
        {
            return null;
        }

        var all = pods.Stable + pods.Canary;
        return pods.Share is { } share
            ? new(Condition, "True", "PodShare", $"{canary} has {pods.Canary} of the {all} ready pods behind Service {service}, so about {share} of its requests; asked for was {asked.Weight}. One pod is {CanaryWeight.FromBasisPoints(CanaryWeight.WholeBasisPoints / all)}.")
            : new(Condition, "Unknown", "NoEndpoints", $"No EndpointSlice shows a ready pod behind Service {service}; asked for was {asked.Weight} to {canary}.");
    }
}
