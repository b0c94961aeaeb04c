using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Linkerd;

/// <summary>What makes Linkerd carry requests otherwise than a route says, while the route's status stays Accepted.</summary>
internal sealed class LinkerdCompanion(IObjectCache<ServiceProfileObject> profiles, RouteCaches routes) : RouteCompanion
{
    /// <summary>Linkerd's controller gives up a whole route for one of these.</summary>
    private static readonly string[] _unknownFilters = ["RequestMirror", "URLRewrite", "ExtensionRef"];

    /// <inheritdoc/>
    public override RouterType Router => RouterType.Linkerd;

    /// <inheritdoc/>
    public override CompanionReading Read(ClusterRoute cluster, string stable, string? canary) =>
        canary is not null && Obstacle(cluster, BackendPair.Of(cluster, stable, canary)) is { } obstacle ? CompanionReading.Diverted(obstacle) : CompanionReading.Nothing;

    private string? Obstacle(ClusterRoute route, BackendPair pair)
    {
        var (ns, service) = (route.Rollout.Namespace, route.Service);
        if (!profiles.IsSynced)
        {
            return "The ServiceProfile objects are not read yet.";
        }

        // Clients look in their own namespace first, and then in the Service's.
        if (profiles.By(ObjectKeys.Service(ns, service)).OrderBy(each => each.Meta.Name.ToString(), StringComparer.Ordinal).FirstOrDefault() is { } profile)
        {
            return $"ServiceProfile {profile.Meta.Name} takes the place of every route of Service {service}: delete it, and write its timeouts and retries as annotations of the route.";
        }

        return route.Routes.Select(each => routes.Find(new(each.Kind, new(ns, each.Name)))).OfType<RouteObject>().Select(each => Obstacle(each, route, pair)).FirstOrDefault(each => each is not null);
    }

    private static string? Obstacle(RouteObject seen, ClusterRoute route, BackendPair pair)
    {
        if (!seen.Fronts.Any(front => front.Namespace == route.Rollout.Namespace && front.Service == route.Service && (front.Port is null || route.Port is null || front.Port == route.Port)))
        {
            var port = route.Port is { } number ? $", port: {number}" : "";
            return $"{seen} is not one of Service {route.Service}: Linkerd carries no request by it. Write the parentRef {{group: core, kind: Service, name: {route.Service}{port}}}.";
        }

        foreach (var rule in seen.Rules)
        {
            if (rule.Filters.FirstOrDefault(_unknownFilters.Contains) is { } filter)
            {
                return $"{rule.Heading} of {seen} has the filter {filter}, for which Linkerd gives up the whole route: remove the filter.";
            }

            if (rule.EntryFilters.FirstOrDefault(_unknownFilters.Contains) is { } own)
            {
                return $"A backendRef in {rule.Title} of {seen} has the filter {own}, for which Linkerd answers its requests with errors: remove the filter.";
            }

            if (pair.Find(rule, default) is { IsOurs: true } place && new[] { place.Stable, place.Canary, place.Apex }.Any(index => index is { } at && rule.Backends[at].Port is null))
            {
                return $"The backendRef of Service {route.Service} in {rule.Title} of {seen} has no port, and Linkerd answers its requests with errors: write its port.";
            }
        }

        return null;
    }
}
