using System.Globalization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>How an object divides what it sends to a pair.</summary>
/// <param name="Weight">The canary's share; null when it is not known.</param>
/// <param name="IsDivided">
/// Every rule that sends to the service has both entries, and the canary's weight may be given to the canary: after a promotion it still has everything, while its Service pins stable.
/// </param>
/// <param name="Problem">Why it is not known, in one sentence.</param>
internal readonly record struct RouteSplit(CanaryWeight? Weight, bool IsDivided, string? Problem)
{
    /// <summary>No rule sends anything to the service.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>It divides nothing: of what the rollout asks it can only match, or only mirror.</summary>
    public BesideParts? Only { get; init; }

    /// <summary>What the canary gets beside its weight.</summary>
    public BesideWeight Beside { get => field ?? BesideWeight.None; init; }

    /// <summary>
    /// Reads <paramref name="route"/>. The rules change together, so those that disagree were changed by somebody else. Where the weights of a pair are coarse, several
    /// splits look the same: then it is the one that was asked for last, if it is among them.
    /// </summary>
    public static RouteSplit Of(RouteObject route, BackendPair pair, EntryRoles roles)
    {
        var former = OriginalRoute.Of(route)?.Pair ?? default;
        var asked = Asked(route);
        CanaryWeight? weight = null;
        var (isDivided, ours) = (true, new List<RouteRule>());
        for (var index = 0; index < route.Rules.Count; index++)
        {
            var place = pair.Find(route.Rules[index], former);
            if (!place.IsOurs)
            {
                continue;
            }

            ours.Add(route.Rules[index]);
            isDivided &= place.IsPair && !(roles.CanaryIsStable && place.Share(place.Canary) > 0);
            var (share, problem) = Share(route, pair, place, roles, asked);
            if (problem is not null)
            {
                return new(null, isDivided, problem);
            }

            if (weight is { } before && before != share)
            {
                return new(null, isDivided, $"{route} gives the canary {before} in one {route.Kind.RuleNoun} and {share} in {place.Rule.Title}.");
            }

            weight = share;
        }

        List<RouteRule> beside = ours.Count > 0 ? [] : [.. route.Rules.Where(rule => pair.FindBeside(rule) is not null)];
        if (beside.Count > 0)
        {
            var given = BesideReading.Of(route, beside);
            return new(null, true, given is null ? NotAsWritten(route) : null) { Only = beside[0].OnlyMatches ? BesideParts.Matches : BesideParts.Mirror, Beside = given ?? BesideWeight.None };
        }

        return ours.Count == 0 ? new(null, false, route.Elsewhere ?? Absence(route, pair)) { IsAbsent = true }
            : BesideReading.Of(route, ours) is { } gives ? new(weight, isDivided, null) { Beside = gives }
            : new(null, isDivided, NotAsWritten(route));
    }

    private static string NotAsWritten(RouteObject route) => $"The {route.Kind.RuleNoun}s of {route} that match and mirror requests are not as they were written: they are written again.";

    private static string Absence(RouteObject route, BackendPair pair)
    {
        var named = pair.Only.IsEmpty ? "" : $" named {string.Join(" or ", pair.Only)}";
        return $"No {route.Kind.RuleNoun}{named} of {route} sends to Service {pair.Service}: write a {route.Kind.Entry(pair)} into the {route.Kind.RuleNoun}s that are to be divided.";
    }

    /// <summary>The weight that was asked of the route last; null when none was, or somebody wrote something else there.</summary>
    public static CanaryWeight? Asked(RouteObject route) => Asked(route.Meta);

    /// <inheritdoc cref="Asked(RouteObject)"/>
    public static CanaryWeight? Asked(ObjectMeta meta) =>
        meta.Annotations.TryGetValue(RouteAnnotations.Split, out var text) && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            ? CanaryWeight.TryFromPercent(percent)
            : null;

    /// <summary>As <see cref="Asked(RouteObject)"/> reads it: percent.</summary>
    public static string Note(CanaryWeight weight) => weight.Percent.ToString("0.##", CultureInfo.InvariantCulture);

    private static (CanaryWeight Weight, string? Problem) Share(RouteObject route, BackendPair pair, PairPlace place, EntryRoles roles, CanaryWeight? asked)
    {
        var stable = place.Share(place.Stable) + place.Share(place.Apex);
        var canary = (int)Math.Min(place.CanaryShare, int.MaxValue);
        if (place.Share(place.Former) is > 0 and var foreign)
        {
            return (default, $"{place.Rule.Heading} of {route} sends {foreign} of {place.Sum} to Service {place.Rule.Backends[place.Former!.Value].Name}, which is neither stable nor canary.");
        }

        var seen = roles.Apply(new(stable, canary));
        if (seen.Share() is not { } share)
        {
            // Beside others the service gets nothing then, and the canary neither.
            return !place.IsAlone && place.IsPair ? (CanaryWeight.Zero, null) : (default, $"All weights of {pair.Describe(pair.KeyOf(place.Rule.Backends[(place.Stable ?? place.Canary)!.Value]))} and its canary in {place.Rule.Title} of {route} are 0.");
        }

        var isCoarse = !place.IsAlone && place.IsPair && place.Sum is >= PairWeights.LeastSum and <= int.MaxValue;
        return (isCoarse && asked is { } wish && seen == PairWeights.Beside(wish, (int)place.Sum) ? wish : share, null);
    }
}

/// <summary>What an object can give a canary that divides nothing.</summary>
internal enum BesideParts
{
    /// <summary>Requests that match.</summary>
    Matches,

    /// <summary>Copies.</summary>
    Mirror,
}

/// <summary>
/// Which version each entry of the pair sends to. The names say it for External; a Deployment's two Services say it by the hash that they pin: at rest both pin stable's, and while it is
/// handed over both pin the canary's.
/// </summary>
/// <param name="StableIsCanary">The stable entry sends to the canary.</param>
/// <param name="CanaryIsStable">The canary's entry sends to stable.</param>
internal readonly record struct EntryRoles(bool StableIsCanary, bool CanaryIsStable)
{
    /// <summary>The weights of the versions, of those of the entries.</summary>
    public PairWeights Apply(PairWeights entries)
    {
        var canary = (CanaryIsStable ? 0 : entries.Canary) + (StableIsCanary ? entries.Stable : 0);
        return new(entries.Stable + entries.Canary - canary, canary);
    }
}
