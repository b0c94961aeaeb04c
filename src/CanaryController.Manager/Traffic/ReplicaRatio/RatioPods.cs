using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Traffic.ReplicaRatio;

/// <summary>The pods behind an apex Service.</summary>
/// <param name="Stable">Ready endpoints that are not the canary's.</param>
/// <param name="Canary">The canary's ready endpoints.</param>
/// <param name="Size">Pods that the canary's ReplicaSet wants.</param>
/// <param name="Ready">Those of them that are ready, as the ReplicaSet says.</param>
internal readonly record struct RatioPods(int Stable, int Canary, int Size, int Ready)
{
    /// <summary>The generation of the canary's ReplicaSet; 0 when there is none.</summary>
    public long Generation { get; init; }

    /// <summary>The canary still takes requests, or may.</summary>
    public bool AreLeft => Size > 0 || Ready > 0 || Canary > 0;

    /// <summary>The canary's share of the requests, as far as the Service spreads them evenly; null when no pod is ready.</summary>
    public CanaryWeight? Share => Stable + Canary == 0
        ? null
        : CanaryWeight.FromBasisPoints((int)((long)Canary * CanaryWeight.WholeBasisPoints / (Stable + Canary)));

    /// <summary>Counts the endpoints of the Service; a pod has one in a slice of each address family, and carries its ReplicaSet's name.</summary>
    public static RatioPods Count(IEnumerable<EndpointSliceObject> slices, ReplicaSetObject? canary)
    {
        var pods = new HashSet<string>(StringComparer.Ordinal);
        foreach (var slice in slices)
        {
            foreach (var endpoint in slice.Endpoints)
            {
                if (endpoint is { IsReady: true, Pod: { } pod })
                {
                    pods.Add(pod);
                }
            }
        }

        var canaries = canary is null ? 0 : pods.Count(pod => PodName.IsOf(pod, canary.Meta.Name.Name));
        return new(pods.Count - canaries, canaries, canary?.Replicas ?? 0, canary?.ReadyReplicas ?? 0) { Generation = canary?.Meta.Generation ?? 0 };
    }

    /// <summary>
    /// The size to which a canary whose weight falls to <paramref name="weight"/> is scaled at once; null when it stays as it is. <c>n</c> pods beside <c>s</c> of stable have the share
    /// <c>n / (n + s)</c>. Pods that are not ready have no traffic that could be taken from them, and while stable has none ready the canary's are needed.
    /// </summary>
    public int? SizeFor(CanaryWeight weight)
    {
        if (weight == CanaryWeight.Zero)
        {
            return Size > 0 ? 0 : null;
        }

        if (weight == CanaryWeight.Full || Stable == 0)
        {
            return null;
        }

        var wanted = (int)((((long)weight.BasisPoints * Stable) + weight.RestBasisPoints - 1) / weight.RestBasisPoints);
        return Ready > wanted && Size > wanted ? wanted : null;
    }
}
