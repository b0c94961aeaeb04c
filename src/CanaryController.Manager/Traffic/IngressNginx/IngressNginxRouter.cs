using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>
/// Divides by a second Ingress beside each of the user's, which ingress-nginx gives a part of that one's requests. The user's is never changed: it leads to the service, which is pinned to stable. Ingress-nginx
/// says nothing of an Ingress, so one is taken up when it is stored.
/// </summary>
internal sealed class IngressNginxRouter(CanaryIngresses ingresses, IObjectCache<ServiceObject> services, IngressContention contention, IFence fence) : ITrafficRouter
{
    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        Task.FromResult(Read(target.Cluster!, stable, canary == stable ? null : canary));

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var cluster = target.Cluster!;
        if (NginxAnnotations.Problem(split.Matches) is { } impossible)
        {
            return RouteReading.Unknown(impossible);
        }

        var problem = ingresses.WhyUnknown;
        var isRising = basis.Route.Applied is not { } applied ? split.GivesCanaryTraffic : !split.GivesNoMoreThan(applied);
        for (var index = 0; index < cluster.Ingresses.Count && ingresses.WhyUnknown is null; index++)
        {
            var written = await WriteAsync(cluster, index, split, basis, cancellation);
            problem ??= written.Problem;
            if (!written.IsDone && isRising)
            {
                break;
            }
        }

        var reading = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
        return problem is null ? reading : reading with { Route = reading.Route with { Accepted = false, Problem = problem } };
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation)
    {
        if (ingresses.WhyUnknown is { } why)
        {
            return why;
        }

        var left = default(string);
        foreach (var ours in ingresses.Of(target.Cluster!.Rollout).ToList())
        {
            var name = ours.Meta.Name;
            if (await ingresses.DeleteAsync(ours, cancellation) is { IsDone: false, IsGone: false } refused)
            {
                left ??= refused.Problem ?? $"Ingress {name} was changed by somebody else while it was deleted.";
            }
            else if (ingresses.Find(name) is not null)
            {
                left ??= $"Waits for Ingress {name} to be gone.";
            }
            else
            {
                contention.Forget(name);
            }
        }

        return left;
    }

    private RouteReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        if (ingresses.WhyUnknown is { } why)
        {
            return RouteReading.Unknown(why);
        }

        var (ports, roles) = (Ports(cluster), Roles(cluster, stable, canary));
        var (fold, present, silent) = (new RouteFold(stable, canary), new RouteFold(stable, canary), 0);
        var (basis, conditions) = (new string[cluster.Ingresses.Count], new List<ConditionView>());
        for (var index = 0; index < cluster.Ingresses.Count; index++)
        {
            var name = NameOf(cluster, index);
            var ours = Ours(cluster, name);
            basis[index] = ours?.Meta.ResourceVersion ?? "";
            if (ingresses.Find(name) is not { } main)
            {
                silent++;
                fold.Missing($"Ingress {name} does not exist.");
                continue;
            }

            var split = IngressSplit.Of(main, ours, cluster, ports, roles);
            var isFenced = canary is null || (ours?.Meta.Fence() == fence.Token && IsInStep(cluster, main, ours, ports));
            fold.Add(new IngressId(name), split, new(IsTakenUp: true, null), isFenced);
            if (split.IsAbsent)
            {
                silent++;
            }
            else
            {
                present.Add(new IngressId(name), split, new(IsTakenUp: true, null), isFenced);
            }

            if (contention.Describe(CanaryIngress.NameOf(name)) is { } contended)
            {
                conditions.Add(new(RouteObjectRouter.ContendedCondition, "True", "ChangedByOthers", contended));
            }
        }

        return new(fold.Result(), new Dictionary<string, VersionInstances>())
        {
            Basis = [.. basis],
            Conditions = [.. conditions],
            Found = fold.Found,
            WithoutMissing = silent == basis.Length ? new(TrafficSplit.AllTo(stable), true, null) : silent > 0 ? present.Result() : null,
        };
    }

    /// <summary>Beside its weight, ours says what the user's says.</summary>
    private bool IsInStep(ClusterRoute cluster, IngressObject main, IngressObject ours, EquatableArray<ServicePort> ports) =>
        new CanaryIngress(main, cluster, ports, Share(ours), fence.Token, Matched(ours)).IsInStep(ours);

    private static CanaryWeight Share(IngressObject ours) => (ours.IsCanary ? NginxAnnotations.Read(ours.Nginx)?.Share() : null) ?? CanaryWeight.Zero;

    private static EquatableArray<RequestMatch> Matched(IngressObject ours) => (ours.IsCanary ? NginxAnnotations.Matches(ours.Nginx) : null) ?? [];

    private async Task<RouteWrite> WriteAsync(ClusterRoute cluster, int index, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var (name, seen) = (NameOf(cluster, index), index < basis.Basis.Count ? basis.Basis[index] : "");
        var main = ingresses.Find(name);
        if (!split.GivesCanaryTraffic && Ours(cluster, name) is { } left && (main is null || !CanaryIngress.Ours(main, cluster, Ports(cluster)).Any()))
        {
            return left.Meta.ResourceVersion != seen ? RouteWrite.Stale
                : CanaryIngress.Silence(left, fence.Token) is { } silence ? await PatchAsync(left, silence, gives: false, cancellation)
                : RouteWrite.Done;
        }

        if (main is null)
        {
            return new(IsGone: true, IsStale: false, $"Ingress {name} does not exist.");
        }

        var wanted = new CanaryIngress(main, cluster, Ports(cluster), split.Weight, fence.Token, split.Matches);
        var ours = ingresses.Find(wanted.Name);
        if (ours is not null && !CanaryIngress.IsOf(cluster.Rollout, ours))
        {
            return Refused($"Ingress {wanted.Name} is there, and was not made for this rollout: delete it, or give it another name.");
        }

        if ((ours?.Meta.ResourceVersion ?? "") != seen)
        {
            return RouteWrite.Stale;
        }

        if (ours is null && split.Canary is null)
        {
            return RouteWrite.Done;
        }

        if (wanted.Paths.IsEmpty)
        {
            return Refused(IngressSplit.Of(main, ours, cluster, Ports(cluster), default).Problem!);
        }

        if ((ours is null || split.Weight > Share(ours) || split.Matches.Any(match => !Matched(ours).Contains(match)))
            && (WaitsFor(cluster) ?? IngressSplit.Obstacle(main, wanted, ingresses.Canaries(cluster.Rollout.Namespace), cluster, Pinned(cluster, "") is not null)) is { } obstacle)
        {
            return Refused(obstacle);
        }

        return ours is null ? await ingresses.CreateAsync(wanted, cancellation)
            : ours.Meta.IsDeleting ? Refused($"Ingress {wanted.Name} is being deleted: it is made anew once it is gone.")
            : wanted.Changes(ours) is { } patch ? await PatchAsync(ours, patch, split.GivesCanaryTraffic, cancellation)
            : RouteWrite.Done;
    }

    /// <summary>What somebody else wrote into it is written over: at once the first time, later less and less often. An abort does not wait.</summary>
    private async Task<RouteWrite> PatchAsync(IngressObject ours, JsonPatch patch, bool gives, CancellationToken cancellation)
    {
        var name = ours.Meta.Name;
        var isReverted = RouteSplit.Asked(ours.Meta) is { } asked && !(ours.IsCanary && NginxAnnotations.Read(ours.Nginx) is { } there && there.IsExactly(asked));
        if (isReverted && !contention.IsNoted(name))
        {
            contention.Note(name, gives ? await ingresses.LastWriterAsync(name, cancellation) : null);
            if (ingresses.Find(name)?.Meta.ResourceVersion != ours.Meta.ResourceVersion)
            {
                return RouteWrite.Stale;
            }
        }

        if (isReverted && gives && contention.RestLeft(name) is var rest && rest > TimeSpan.Zero)
        {
            return Refused($"{contention.Managers(name)} changed the weight of Ingress {name} again; it is written again in {Math.Ceiling(rest.TotalSeconds):0} s.");
        }

        var written = await ingresses.PatchAsync(ours, patch, cancellation);
        if (written.IsDone)
        {
            contention.Written(name);
        }

        return written;
    }

    /// <summary>Ingress-nginx lets an Ingress whose Service is missing lead to nowhere, so both are waited for.</summary>
    private string? WaitsFor(ClusterRoute cluster)
    {
        foreach (var service in (string[])[cluster.Service, cluster.Service + BackendPair.CanarySuffix])
        {
            if (services.Find(new(cluster.Rollout.Namespace, service)) is null)
            {
                return services.IsSynced ? $"Waits for Service {cluster.Rollout.Namespace}/{service}, which does not exist yet." : "The Services are not read yet.";
            }
        }

        return null;
    }

    /// <summary>The service is stable's entry; the canary's Service leads to stable while there is no canary.</summary>
    private EntryRoles Roles(ClusterRoute cluster, string stable, string? canary) => new(
        StableIsCanary: canary is not null && Pinned(cluster, "") == canary,
        CanaryIsStable: Pinned(cluster, BackendPair.CanarySuffix) == stable);

    private string? Pinned(ClusterRoute cluster, string suffix) =>
        services.Find(new(cluster.Rollout.Namespace, cluster.Service + suffix))?.Selector.GetValueOrDefault(Marks.PodTemplateHash);

    private EquatableArray<ServicePort> Ports(ClusterRoute cluster) => services.Find(new(cluster.Rollout.Namespace, cluster.Service))?.Ports ?? [];

    private IngressObject? Ours(ClusterRoute cluster, ObjectName main) =>
        ingresses.Find(CanaryIngress.NameOf(main)) is { Meta.IsDeleting: false } ours && CanaryIngress.IsOf(cluster.Rollout, ours) ? ours : null;

    private static ObjectName NameOf(ClusterRoute cluster, int index) => new(cluster.Rollout.Namespace, cluster.Ingresses[index]);

    private static RouteWrite Refused(string problem) => new(IsGone: false, IsStale: false, problem);

    /// <summary>For people: <c>Ingress shop/web</c>.</summary>
    private readonly record struct IngressId(ObjectName Name)
    {
        public override string ToString() => $"Ingress {Name}";
    }
}
