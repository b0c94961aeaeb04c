using System.Globalization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// Keeps copies of rules for matched requests from standing level with a rule of somebody else's, in whichever IngressRoute that is: which of the two Traefik takes is not said. Rules that send to the
/// rollout themselves have copies too, which outrank both.
/// </summary>
internal sealed class TraefikCompanion(RouteCaches routes) : RouteCompanion
{
    /// <inheritdoc/>
    public override RouterType Router => RouterType.Traefik;

    /// <inheritdoc/>
    public override CompanionReading Read(ClusterRoute cluster, string stable, string? canary) =>
        canary is not null && Level(cluster, BackendPair.Of(cluster, stable, canary), route => !route.Twins.IsEmpty) is { } level ? new() { Diversion = level } : CompanionReading.Nothing;

    /// <inheritdoc/>
    public override Task<RouteWrite> PrepareAsync(ClusterRoute cluster, TrafficSplit split, string basis, CancellationToken cancellation) => Task.FromResult(
        !split.Matches.IsEmpty && Level(cluster, BackendPair.Of(cluster, split.Stable, split.Canary), _ => true) is { } level ? RouteWrite.Refused(level) : RouteWrite.Done);

    /// <summary>The first rule with which a copy would stand level, in one sentence; null when none would.</summary>
    private string? Level(ClusterRoute cluster, BackendPair pair, Func<RouteObject, bool> counts)
    {
        List<RouteObject> named = [.. cluster.Routes.Where(each => each.Kind == RouteKinds.IngressRoute).Select(each => routes.Find(new(each.Kind, new(cluster.Rollout.Namespace, each.Name)))).OfType<RouteObject>()];
        return named.Where(counts).Select(route => Level(route, pair, named)).FirstOrDefault(each => each is not null);
    }

    private string? Level(RouteObject route, BackendPair pair, List<RouteObject> named)
    {
        foreach (var rule in route.Rules.Where(rule => IsOurs(route, rule, pair)))
        {
            foreach (var other in routes.Of(route.Kind)?.All ?? [])
            {
                var isNamed = named.Exists(each => each.Id == other.Id);
                if (other.Rules.FirstOrDefault(theirs => IngressDialect.IsLevel(rule, theirs) && !(isNamed && IsOurs(other, theirs, pair))) is { } level)
                {
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{rule.Heading} of {route} has the priority {PriorityOf(rule)}, so its copy for matched requests gets {PriorityOf(level)}, which {level.Title} of {other} has already, and a request may match both: "
                        + $"write a priority into one of the two, at least 2 apart.");
                }
            }
        }

        return null;
    }

    private static long PriorityOf(RouteRule rule) => ((IngressTraits)rule.Traits!).Priority;

    private static bool IsOurs(RouteObject route, RouteRule rule, BackendPair pair) => pair.Find(rule, OriginalRoute.Of(route)?.Pair ?? default).IsOurs;
}
