using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// A BackendTLSPolicy names Services. Behind a divided route requests go to other Services than before, and to one that no policy names they would go in plain text, or be refused.
/// </summary>
internal sealed class GatewayCompanion(IObjectCache<BackendTlsPolicyObject> policies) : RouteCompanion
{
    /// <inheritdoc/>
    public override RouterType Router => RouterType.GatewayAPI;

    /// <inheritdoc/>
    public override CompanionReading Read(ClusterRoute cluster, string stable, string? canary) =>
        canary is not null && Obstacle(cluster, BackendPair.Of(cluster, stable, canary)) is { } obstacle ? CompanionReading.Diverted(obstacle) : CompanionReading.Nothing;

    private string? Obstacle(ClusterRoute route, BackendPair pair)
    {
        if (!policies.IsSynced)
        {
            return "The BackendTLSPolicy objects are not read yet.";
        }

        string[] backends = [pair.Stable, .. pair.Canary is { } canary ? (string[])[canary] : []];
        string[] known = route.Workload is WorkloadType.Deployment ? [route.Service, .. backends] : backends;
        foreach (var service in known)
        {
            foreach (var (policy, target) in Of(pair.Namespace, service))
            {
                if (Array.Find(backends, each => !IsCovered(pair.Namespace, each, target)) is { } plain)
                {
                    var section = target.Section is null ? "" : $", sectionName: {target.Section}";
                    return $"BackendTLSPolicy {policy.Meta.Name} is for Service {service}, and none is for Service {plain}: requests there would go without TLS. "
                        + $"Add {{group: \"\", kind: Service, name: {plain}{section}}} to its targetRefs.";
                }
            }
        }

        return null;
    }

    private bool IsCovered(string ns, string service, TlsTarget like) => Of(ns, service).Any(each => each.Target.Section is null || each.Target.Section == like.Section);

    private IEnumerable<(BackendTlsPolicyObject Policy, TlsTarget Target)> Of(string ns, string service) =>
        from policy in policies.By(ObjectKeys.Service(ns, service)).OrderBy(each => each.Meta.Name.Name, StringComparer.Ordinal)
        from target in policy.Targets
        where target.Service == service
        select (policy, target);
}
