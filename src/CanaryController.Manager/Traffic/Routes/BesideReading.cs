using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What an object gives a canary beside its weight, as far as it is as it was written. Pure.</summary>
internal static class BesideReading
{
    /// <summary>Reads it; null where rules disagree, or twins do not stand beside the rules that are there now.</summary>
    /// <param name="route">The object.</param>
    /// <param name="ours">Those of its rules that send to the service.</param>
    public static BesideWeight? Of(RouteObject route, IReadOnlyList<RouteRule> ours)
    {
        var noted = OriginalRoute.Of(route)?.Beside ?? BesideWeight.None;
        if (noted.IsNone)
        {
            return BesideWeight.None;
        }

        EquatableArray<RequestMatch>? matches = IsInStep(route, ours, noted.Matches) ? noted.Matches : route.Twins.IsEmpty ? EquatableArray<RequestMatch>.Empty : null;
        List<RouteRule> able = [.. ours.Where(rule => rule.Traits is not null)];
        var mirrors = able.Count(rule => rule.Traits!.OwnMirror is not null);
        bool? isMirrored = able.Count == 0 ? noted.IsMirrored : mirrors == able.Count ? true : mirrors == 0 ? false : null;
        return matches is { } known && isMirrored is { } mirrored ? new(known, mirrored) : null;
    }

    /// <summary>The object has a twin of each rule and match, and no other.</summary>
    public static bool IsInStep(RouteObject route, IReadOnlyList<RouteRule> ours, EquatableArray<RequestMatch> matches)
    {
        List<RouteRule> able = [.. ours.Where(rule => rule.Traits is { CanMatch: true })];
        var wanted = able.SelectMany(rule => matches.Select(pick => (rule.List, rule.Mark, Pick: pick)));
        var seen = route.Twins.Select(twin => (twin.List, (string?)twin.Mark, twin.Pick));
        return Counted(wanted).SequenceEqual(Counted(seen)) && able.TrueForAll(rule => IsInOrder(route, rule, matches.Count));
    }

    /// <summary>Where the first rule that matches wins, its twins stand directly before it.</summary>
    private static bool IsInOrder(RouteObject route, RouteRule rule, int count) =>
        route.Kind.DialectOf(rule) is not { IsOrdered: true }
        || route.Twins.Count(twin => twin.List == rule.List && twin.Mark == rule.Mark && twin.At < rule.At && twin.At >= rule.At - count) == count;

    private static IEnumerable<string> Counted(IEnumerable<(string List, string? Mark, RequestMatch Pick)> twins) =>
        twins.Select(twin => $"{twin.List} {twin.Pick.Kind} {twin.Pick.Name} {twin.Pick.Value} {twin.Mark}").Order(StringComparer.Ordinal);
}
