using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// What the cluster's objects tell of a rollout that is deleted or released and cannot say it itself any more, because its text was never valid as far as anybody knows, or its status cannot be read: the
/// Deployment, holders, ReplicaSets and Services that carry its name, and the routes that send to those. Only for External versions, of which nothing carries it, a broken text is asked.
/// </summary>
internal sealed class ClusterRemains(
    IObjectCache<RolloutObject> rollouts,
    IObjectCache<DeploymentObject> deployments,
    IObjectCache<ReplicaSetObject> sets,
    IObjectCache<HolderObject> holders,
    IObjectCache<ServiceObject> services,
    RouteCaches routes,
    IObjectCache<DestinationRuleObject>? rules = null,
    IObjectCache<IngressObject>? ingresses = null,
    IObjectCache<ServiceResolverObject>? resolvers = null)
{
    private const string StableHolderSuffix = "-stable";

    /// <summary>No Deployment is called so: it is gone, or none was ever held.</summary>
    private const string Nothing = "";

    /// <summary>All that is left of it to give back; null when nothing is.</summary>
    public Remains? Of(RolloutObject rollout)
    {
        var ours = ObjectKeys.Rollout(rollout.Meta.Name.Namespace, rollout.Meta.Name.Name);
        var seen = new Seen(rollout, rollout.Content?.Resource.Spec ?? rollout.Broken?.Spec ?? new(), holders.By(ours), sets.By(ours), services.By(ours))
        {
            Ingresses = [.. (ingresses?.By(ours) ?? []).Where(ingress => CanaryIngress.IsOf(new(rollout.Meta.Name.Namespace, rollout.Meta.Name.Name), ingress)).Select(ingress => ingress.Meta.Name.Name[..^CanaryIngress.Suffix.Length])],
        };
        return seen.IsMarked || Held(seen) is not null ? OfDeployment(seen) : OfExternal(seen);
    }

    private Remains OfDeployment(Seen seen)
    {
        var stored = seen.Holders.FirstOrDefault(holder => holder.Meta.Name.Name == seen.Name + StableHolderSuffix)?.Revision;
        var service = seen.Service ?? Counted(seen, stored) ?? seen.Spec.Service?.Name ?? seen.Name;
        var deployment = DeploymentOf(seen, stored);
        var isByPodCount = seen.Services.Count == 0 && (seen.Spec.Traffic.Router is RouterType.ReplicaRatio || Counted(seen, stored) is not null);
        var subsets = Subsets(seen.Namespace, service);
        var spec = new SpecSection
        {
            Workload = new() { Kind = WorkloadType.Deployment, Name = deployment },
            Service = new() { Name = service, Port = seen.Spec.Service?.Name == service ? seen.Spec.Service.Port : null },
            Traffic = isByPodCount ? new() { Router = RouterType.ReplicaRatio }
                : seen.Ingresses.Count > 0 ? new() { Router = RouterType.IngressNginx, IngressNginx = new() { Ingresses = [.. seen.Ingresses.Select(name => new RouteSection { Name = name })] } }
                : RouteKinds.Section(RoutesTo(seen.Namespace, service, subsets), subsets),
        };
        return new(Content(seen, spec), StateOf(seen, stored, deployment, service));
    }

    /// <summary>Of External versions only the route tells something: the two Services among which it was divided last.</summary>
    private Remains? OfExternal(Seen seen)
    {
        var named = seen.Spec.Workload.Kind is WorkloadType.External ? RouteKinds.Named(seen.Spec.Traffic) : [];
        var divided = named.Select(route => new RouteId(route.Kind, new(seen.Namespace, route.Name))).Where(id => !IsOthers(seen, id)).Select(routes.Find).OfType<RouteObject>()
            .Where(route => OriginalRoute.Of(route) is not null).ToArray();
        if (divided.Length == 0 || OriginalRoute.Of(divided[0]) is not { } note)
        {
            return null;
        }

        // After a promotion the note still has the roles of the last division: who has everything is stable.
        var isSwapped = note.Canary is not null && Weight(divided[0], note.Stable) == 0 && Weight(divided[0], note.Canary) > 0;
        var (stable, canary) = isSwapped ? (note.Canary!, note.Stable) : (note.Stable, note.Canary);
        var spec = new SpecSection
        {
            Workload = new() { Kind = WorkloadType.External, Versions = new() { Stable = stable, Canary = canary } },
            Service = seen.Spec.Service,
            Traffic = RouteKinds.Section([.. divided.Select(route => route.Id)]),
        };
        return new(Content(seen, spec), Left(seen, stable, canary));
    }

    private bool IsOthers(Seen seen, RouteId route) =>
        rollouts.By(RolloutObject.RouteKey(route)).Any(other => other.Meta.Uid != seen.Rollout.Meta.Uid);

    /// <summary>A mark can be copied with its object, or written by anybody: what another rollout leads is that one's.</summary>
    private string? Held(Seen seen) => deployments.All
        .FirstOrDefault(deployment => deployment.Meta.Name.Namespace == seen.Namespace && deployment.Meta.Annotations.GetValueOrDefault(WorkloadMarks.Held) == seen.Name && !IsLedByOther(seen, deployment))
        ?.Meta.Name.Name;

    private bool IsLedByOther(Seen seen, DeploymentObject deployment) => rollouts.By(RolloutObject.DeploymentKey(seen.Namespace, deployment.Meta.Name.Name))
        .Any(other => other.Meta.Uid != seen.Rollout.Meta.Uid && other.Status?.State is { StableRevision: not null });

    /// <summary>The one that is held says so. Otherwise stable's ReplicaSet has an owner, and ReplicaSets of ours are called after their Deployment.</summary>
    private string DeploymentOf(Seen seen, string? stored)
    {
        var ofStable = stored is null ? null : sets.All
            .FirstOrDefault(set => set.Meta.Name.Namespace == seen.Namespace && set.Hash == stored && set.Meta.Controller is { Kind: "Deployment" })?.Meta.Controller?.Name;
        var ofOurs = seen.Sets.Select(SetName.DeploymentOf).FirstOrDefault(name => name is not null);
        return Held(seen) ?? ofStable ?? ofOurs ?? Nothing;
    }

    /// <summary>The apex Service of a ReplicaRatio, which notes the versions.</summary>
    private string? Counted(Seen seen, string? stored) => stored is null || seen.Services.Count > 0 ? null : services.All
        .FirstOrDefault(service => service.Meta.Name.Namespace == seen.Namespace && AskedRatio.Of(service) is { } asked && (asked.Stable == stored || asked.Canary == stored))?.Meta.Name.Name;

    /// <summary>Those that were divided between the two Services beside <paramref name="service"/> or its two subsets, or send to one of them.</summary>
    private RouteId[] RoutesTo(string ns, string service, VersionSubsets? subsets)
    {
        var (stable, canary) = (service + BackendPair.StableSuffix, service + BackendPair.CanarySuffix);
        return
        [
            .. routes.All.Where(route => route.Meta.Name.Namespace == ns)
                .Where(route => subsets is null
                    ? OriginalRoute.Of(route)?.Stable == stable || Weight(route, stable) > 0 || Weight(route, canary) > 0
                    : route.Rules.Any(rule => rule.Backends.Any(entry => entry.Name == service && entry.Share > 0 && (entry.Subset == subsets.Stable || entry.Subset == subsets.Canary))))
                .Select(route => route.Id),
        ];
    }

    /// <summary>The subsets that a DestinationRule or ServiceResolver of the Service says it was given; null when none does.</summary>
    private VersionSubsets? Subsets(string ns, string service) =>
        rules?.By(DestinationRuleObject.HostKey(ns, service)).Where(rule => rule.Meta.Name.Namespace == ns)
            .Select(rule => SubsetNote.Of(rule) is { } note ? new VersionSubsets(rule.Meta.Name.Name, note.Stable, note.Canary) : null)
            .FirstOrDefault(each => each is not null)
        ?? (resolvers?.Find(new(ns, service)) is { } resolver && ResolverNote.Of(resolver) is not null ? RoleSubsets.Of(service) : null);

    private static long Weight(RouteObject route, string service) => route.Rules.Sum(rule => rule.Backends.Where(backend => backend.Name == service).Sum(backend => (long)backend.Share));

    private static RolloutContent Content(Seen seen, SpecSection spec) =>
        RolloutContent.Of(new() { Metadata = new() { Namespace = seen.Namespace, Name = seen.Name }, Spec = spec with { Strategy = new() { DrainDelay = DrainDelay(seen) } } });

    /// <summary>A broken text may shorten it, since clients are known best to whoever wrote it.</summary>
    private static TimeSpan DrainDelay(Seen seen) => seen.Spec.Strategy.DrainDelay is var asked && asked >= TimeSpan.Zero && asked < StrategySection.DefaultDrainDelay
        ? asked
        : StrategySection.DefaultDrainDelay;

    /// <summary>Stable is what was stored as stable, unless it was just handed over: then the Deployment owns what its Service points at.</summary>
    private static RolloutState StateOf(Seen seen, string? stored, string deployment, string service)
    {
        var front = seen.Pinned(service + BackendPair.StableSuffix);
        var isHandedOver = front is not null && front != stored && seen.Sets.Any(set => set.Hash == front && set.Meta.Controller is { Kind: "Deployment" } owner && owner.Name == deployment);
        if ((isHandedOver ? front : stored) is not { } stable)
        {
            return new();
        }

        var pinned = seen.Pinned(service + BackendPair.CanarySuffix);
        var canary = pinned is not null && pinned != stable ? pinned
            : seen.Holders.Select(holder => holder.Revision).FirstOrDefault(revision => revision is not null && revision != stable);
        var left = Left(seen, stable, canary);
        return isHandedOver ? left with { Phase = RolloutPhase.Promoted } : left;
    }

    private static RolloutState Left(Seen seen, string stable, string? canary) => new()
    {
        Phase = RolloutPhase.Aborting,
        StableRevision = stable,
        CanaryRevision = canary,
        TargetRevision = canary ?? stable,
        Attempt = canary is null ? 0 : 1,
        Reason = seen.Rollout.Meta.IsDeleting ? RolloutReason.Deleted : RolloutReason.Released,
        Message = $"The rollout was {(seen.Rollout.Meta.IsDeleting ? "deleted" : "released")}, and neither its text nor its status says what it led: what the objects of the cluster tell of it is given back.",

        // Events are named after this: beyond all that were told before.
        Sequence = seen.CreatedAt.ToUnixTimeSeconds(),
    };

    private sealed record Seen(
        RolloutObject Rollout, SpecSection Spec, IReadOnlyList<HolderObject> Holders, IReadOnlyList<ReplicaSetObject> Sets, IReadOnlyList<ServiceObject> Services)
    {
        public string Namespace => Rollout.Meta.Name.Namespace;

        public string Name => Rollout.Meta.Name.Name;

        public DateTimeOffset CreatedAt => Rollout.Meta.CreatedAt;

        /// <summary>Those of users beside which one of ours is left.</summary>
        public IReadOnlyList<string> Ingresses { get; init; } = [];

        public bool IsMarked => Holders.Count > 0 || Sets.Count > 0 || Services.Count > 0 || Ingresses.Count > 0;

        /// <summary>The apex of the Services that we made.</summary>
        public string? Service => Services.Select(service => service.Meta.Name.Name)
            .Select(name => Without(name, BackendPair.StableSuffix) ?? Without(name, BackendPair.CanarySuffix))
            .FirstOrDefault(name => name is not null);

        public string? Pinned(string service) => Services.FirstOrDefault(each => each.Meta.Name.Name == service)?.Selector.GetValueOrDefault(Marks.PodTemplateHash);

        private static string? Without(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : null;
    }
}

/// <summary>What is left of a rollout.</summary>
/// <param name="Content">What it led, as if its text said so; how it would roll out is not known.</param>
/// <param name="State">On its way back to stable; a new one when nothing tells what is stable.</param>
internal sealed record Remains(RolloutContent Content, RolloutState State);
