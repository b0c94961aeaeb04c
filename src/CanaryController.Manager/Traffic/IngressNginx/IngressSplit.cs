using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>What an Ingress and the canary's beside it say together. Pure.</summary>
internal static class IngressSplit
{
    /// <summary>How the two divide what the user's Ingress sends to the service.</summary>
    /// <param name="main">The user's Ingress.</param>
    /// <param name="ours">The canary's; null when there is none of ours.</param>
    /// <param name="cluster">The rollout's route.</param>
    /// <param name="ports">The ports of its Service.</param>
    /// <param name="roles">Which versions the service and the canary's Service lead to: the service is stable's entry.</param>
    public static RouteSplit Of(IngressObject main, IngressObject? ours, ClusterRoute cluster, IReadOnlyList<ServicePort> ports, EntryRoles roles)
    {
        if (!CanaryIngress.Ours(main, cluster, ports).Any())
        {
            return new(null, false, $"No path of Ingress {main.Meta.Name} leads to Service {cluster.Service}: write a backend {{service: {{name: {cluster.Service}}}}} into the paths that are to be divided.") { IsAbsent = true };
        }

        var isDivided = ours is { IsCanary: true };
        if ((isDivided ? NginxAnnotations.Read(ours!.Nginx) : new PairWeights(1, 0)) is not { } weights)
        {
            return new(null, isDivided, $"The weight of Ingress {ours!.Meta.Name} is no number: {ours.Nginx.GetValueOrDefault(NginxAnnotations.Weight)}.");
        }

        return (isDivided ? NginxAnnotations.Matches(ours!.Nginx) : []) is { } matches
            ? new(roles.Apply(weights).Share(), isDivided && !(roles.CanaryIsStable && weights.Canary > 0), null) { Beside = new(matches, IsMirrored: false) }
            : new(null, isDivided, $"Ingress {ours!.Meta.Name} matches requests in a way that is not ours ({NginxAnnotations.Header}): it is written again.");
    }

    /// <summary>Why a canary cannot get requests, in one sentence; null when it can.</summary>
    /// <param name="main">The user's Ingress.</param>
    /// <param name="wanted">The canary's, as it is to be.</param>
    /// <param name="canaries">All canaries of the namespace, whoever made them.</param>
    /// <param name="cluster">The rollout's route.</param>
    /// <param name="isPinned">The service leads to stable's pods only.</param>
    public static string? Obstacle(IngressObject main, CanaryIngress wanted, IEnumerable<IngressObject> canaries, ClusterRoute cluster, bool isPinned)
    {
        if (main.IsCanary)
        {
            return $"Ingress {main.Meta.Name} is a canary itself: name the one whose requests it gets.";
        }

        var places = wanted.Paths.Select(path => (path.Host, path.Path)).ToHashSet();
        var other = canaries.FirstOrDefault(each => each.Meta.Name != wanted.Name && each.Paths.Any(path => places.Contains((path.Host, path.Path))));
        return other is not null
                ? $"Ingress {other.Meta.Name} is a canary of the same host and path, and ingress-nginx takes one for each: delete it, or its annotation {NginxAnnotations.Canary}."
            : !isPinned
                ? $"Service {cluster.Rollout.Namespace}/{cluster.Service} is not pinned to stable, so requests that are to go to stable would reach the canary too: see the condition ApexOpen."
            : null;
    }
}
