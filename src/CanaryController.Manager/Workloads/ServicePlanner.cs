using System.Globalization;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// The Services before the versions. Each pins a hash: the apex stable's, so that whoever goes round the route never reaches a canary by accident; the canary's Service that of a canary
/// in use, otherwise stable's too, so that it is never empty. Where the versions are subsets of the apex it pins nothing: a subset chooses among its pods.
/// </summary>
internal static class ServicePlanner
{
    public static void Plan(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Target.IsByPodCount || view.Seen.Apex is not { IsExternalName: false } apex || view.StableHash is not { } stable)
        {
            return;
        }

        var front = Front(view, plan, stable);
        Pin(plan, view, apex, view.Seen.StableService, stable: true, front);
        Pin(plan, view, apex, view.Seen.CanaryService, stable: false, BehindCanary(view, plan, stable));
        if (view.Target.IsBySubset)
        {
            if (Open(apex) is { } opens)
            {
                plan.Do(opens);
            }
        }
        else if (WhyOpen(view) is null && Hash(apex) != front)
        {
            plan.Do(new WorkloadAction.ChangeService(apex, $"points {apex.Meta.Name.Name} at {front}") { Hash = front });
        }
        else if (Returned(apex) is { } returned)
        {
            plan.Do(returned);
        }
    }

    /// <summary>At leaving: the apex first, then those that we made.</summary>
    public static void Leave(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Seen.Apex is { } apex && !view.Target.IsByPodCount && Open(apex) is { } opens)
        {
            plan.Do(opens);
            return;
        }

        foreach (var service in new[] { view.Seen.StableService, view.Seen.CanaryService })
        {
            if (service is not { Meta.IsDeleting: false } || !IsOurs(view, service))
            {
                continue;
            }

            if (!service.Meta.Annotations.TryGetValue(WorkloadMarks.LeftAt, out var left))
            {
                plan.Do(new WorkloadAction.ChangeService(service, $"notes that nothing leads to {service.Meta.Name.Name} any more")
                {
                    Annotations = [new(WorkloadMarks.LeftAt, Moment(plan.Basis.Now))],
                });
            }
            else if (DateTimeOffset.TryParse(left, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) && since + plan.Basis.DrainDelay > plan.Basis.Now)
            {
                plan.Wait($"clients that still use {service.Meta.Name.Name}, until {since + plan.Basis.DrainDelay:HH:mm:ss} UTC");
            }
            else
            {
                plan.Do(new WorkloadAction.DeleteService(service, $"deletes the Service {service.Meta.Name.Name}"));
            }
        }
    }

    /// <summary>What is to be taken from an apex next: the pin, the note of who applied the selector, the webhook's mark, which remembers that something is left. Null when nothing is.</summary>
    public static WorkloadAction? Open(ServiceObject apex) =>
        Hash(apex) is not null ? new WorkloadAction.ChangeService(apex, $"lets {apex.Meta.Name.Name} choose all pods again") { Hash = "" }
        : Returned(apex) is { } returned ? returned
        : apex.Meta.Annotations.ContainsKey(WorkloadMarks.Pinned)
            ? new WorkloadAction.ChangeService(apex, $"takes its mark from {apex.Meta.Name.Name}") { Annotations = [new(WorkloadMarks.Pinned, null)] }
        : null;

    /// <summary>The name of a Service that stands where one of ours should, and is not ours; null when there is none.</summary>
    public static string? Foreign(WorkloadView view) =>
        view.Seen.StableService is { } stable && !IsOurs(view, stable) ? stable.Meta.Name.Name
        : view.Seen.CanaryService is { } canary && !IsOurs(view, canary) ? canary.Meta.Name.Name
        : null;

    /// <summary>The Services that the route sends to are there, and are ours: before that a canary would get nothing, or somebody else's pods its traffic.</summary>
    public static bool AreThere(WorkloadView view) =>
        view.Target.IsByPodCount
        || (view.Seen is { StableService: { } stable, CanaryService: { } canary } && IsOurs(view, stable) && IsOurs(view, canary));

    /// <summary>
    /// Why the apex is left open: a server-side apply owns its selector as a whole, and would remove our key again or fail. Who keeps our key there all the same lets us change it.
    /// </summary>
    public static (string Reason, string Message)? WhyOpen(WorkloadView view)
    {
        if (view.Target.IsByPodCount || view.Seen.Apex is not { } apex || Hash(apex) is not null)
        {
            return null;
        }

        var share = Share(view);
        return apex switch
        {
            _ when view.Target.IsBySubset => view.Canary is { ReadyReplicas: > 0 }
                ? ("Subsets", $"The subsets of {apex.Meta.Name.Name} choose among its pods, so it is not pinned: whoever calls it without the mesh reaches the canary with {share} % of the pods.")
                : null,
            { SelectorApplier: { } owner } => (
                "AppliedSelector",
                $"{owner} applies the selector of {apex.Meta.Name.Name} server-side, so it is not pinned: whoever calls it without the route reaches the canary with {share} % of the pods."),
            { Selector.Count: 0 } => ("NoSelector", $"{apex.Meta.Name.Name} has no selector to pin."),
            _ => null,
        };
    }

    /// <summary>The pods behind the Services that were pointed at <paramref name="set"/> are its, all of them and no others.</summary>
    public static bool IsTakenUp(WorkloadView view, WorkloadPlan plan, ReplicaSetObject set)
    {
        if (view.Target.IsByPodCount || view.Seen.StableService is not { } stable)
        {
            return true;
        }

        if (view.Seen.Slices.All(slice => slice.Service == view.Target.Service))
        {
            return IsWaitedFor(stable, plan);
        }

        string?[] switched = [stable.Meta.Name.Name, view.Seen.Apex is { } apex && Hash(apex) == set.Hash ? apex.Meta.Name.Name : null];
        foreach (var service in switched.OfType<string>())
        {
            if (!Serves(view, service, set))
            {
                plan.Wait($"the endpoints of {service} to be the pods of {set.Hash}");
                return false;
            }
        }

        return true;
    }

    /// <summary>All that were switched to <paramref name="hash"/> say so.</summary>
    public static bool IsSwitched(WorkloadView view, string hash) =>
        view.Target.IsByPodCount
        || ((view.Seen.StableService is null || Hash(view.Seen.StableService) == hash)
            && (view.Seen.Apex is not { } apex || view.Target.IsBySubset || WhyOpen(view) is not null || Hash(apex) == hash || apex.IsExternalName));

    /// <summary>Pods of the canary can be reached: its Service points at them. Before that they carry nothing.</summary>
    public static bool IsReachable(WorkloadView view) =>
        view.Target.IsByPodCount || (view.Seen.CanaryService is { } service && Hash(service) == view.CanaryRevision);

    /// <summary>
    /// The canary's available pods that requests reach: those that its Service points at, and, where the cluster publishes endpoints, that stand in them. A ReplicaSet's status is often ahead of
    /// the endpoints, and a weight that rises in between loses requests.
    /// </summary>
    public static int Reachable(WorkloadView view)
    {
        if (view.Canary is not { } canary || !IsReachable(view))
        {
            return 0;
        }

        var available = WorkloadReader.Available(canary);
        return view.Target.IsByPodCount || view.Seen.Slices.All(slice => slice.Service == view.Target.Service)
            ? available
            : Math.Min(available, Ready(view, view.Target.CanaryServiceName.Name).Count(pod => pod is not null && PodName.IsOf(pod, canary.Meta.Name.Name)));
    }

    /// <summary>
    /// The canary once the route spares the Service and a pod of it is ready; until then whoever it was before, because requests may still go there, and because there are routers that drop a
    /// whole route when one of its Services has no endpoint.
    /// </summary>
    private static string BehindCanary(WorkloadView view, WorkloadPlan plan, string stable)
    {
        if (!view.IsCanaryInUse)
        {
            return stable;
        }

        if (IsReachable(view) || (plan.Basis.IsCanaryServiceIdle && view.Canary is { ReadyReplicas: > 0 }))
        {
            return view.CanaryRevision!;
        }

        if (!plan.Basis.IsCanaryServiceIdle)
        {
            plan.Wait("the route to spare the canary's Service");
        }

        return view.Seen.CanaryService is { } service ? Hash(service) ?? stable : stable;
    }

    /// <summary>Whoever applied the selector owns it again: otherwise the next apply that is not forced would be refused. Null when nobody is noted.</summary>
    private static WorkloadAction.ReturnSelector? Returned(ServiceObject apex) => apex.Meta.Annotations.ContainsKey(WorkloadMarks.SelectorOwners)
        ? new(apex, $"gives the selector of {apex.Meta.Name.Name} back to whoever applied it")
        : null;

    private static string? Hash(ServiceObject service) => service.Selector.GetValueOrDefault(Marks.PodTemplateHash);

    private static bool IsOurs(WorkloadView view, ServiceObject service) => service.Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) == view.Target.Rollout.Name;

    /// <summary>
    /// Stable's hash, and from the hand over on the canary's: before it takes stable's place, since old pods end with that. Once switched it stays switched, whatever becomes of the canary's pods,
    /// which have all traffic by then.
    /// </summary>
    private static string Front(WorkloadView view, WorkloadPlan plan, string stable)
    {
        if (!view.State.HandOverStarted || view.CanaryRevision is not { } canary)
        {
            return stable;
        }

        var isSwitched = view.Seen.StableService is { } service && Hash(service) == canary;
        return isSwitched || (plan.Find<Effect.HandOver>() is not null && HandOverPlanner.IsComplete(view)) ? canary : stable;
    }

    private static void Pin(WorkloadPlan plan, WorkloadView view, ServiceObject apex, ServiceObject? service, bool stable, string hash)
    {
        var name = stable ? view.Target.StableServiceName : view.Target.CanaryServiceName;
        var selector = Selector(view, apex, hash);
        var switched = Moment(plan.Basis.Now);
        if (service is null)
        {
            plan.Do(new WorkloadAction.CreateService(name, selector, apex.Ports, $"makes the Service {name.Name} before {hash}")
            {
                Annotations = [new(WorkloadMarks.SwitchedAt, switched), .. CarriedAnnotations.Changes(apex.Meta, null)],
            });
            return;
        }

        var isSelected = service.Selector.Count == selector.Count && selector.All(pair => service.Selector.GetValueOrDefault(pair.Key) == pair.Value);
        var wasLeft = service.Meta.Annotations.ContainsKey(WorkloadMarks.LeftAt);
        var carried = CarriedAnnotations.Changes(apex.Meta, service.Meta);
        if (!IsOurs(view, service) || service.Meta.IsDeleting || (isSelected && service.Ports == apex.Ports && !wasLeft && carried.IsEmpty))
        {
            return;
        }

        plan.Do(new WorkloadAction.ChangeService(service, $"points {name.Name} at {hash}")
        {
            Selector = isSelected ? null : selector,
            Ports = service.Ports == apex.Ports ? null : apex.Ports,
            Annotations =
            [
                .. Hash(service) == hash ? [] : (Annotation[])[new(WorkloadMarks.SwitchedAt, switched)],
                .. wasLeft ? (Annotation[])[new(WorkloadMarks.LeftAt, null)] : [],
                .. carried,
            ],
        });
    }

    private static string Moment(DateTimeOffset now) => now.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Selector(WorkloadView view, ServiceObject apex, string hash)
    {
        var chosen = apex.Selector.Any(pair => pair.Key != Marks.PodTemplateHash) ? apex.Selector : view.Deployment?.MatchLabels ?? apex.Selector;
        return new Dictionary<string, string>(chosen, StringComparer.Ordinal) { [Marks.PodTemplateHash] = hash };
    }

    private static bool IsWaitedFor(ServiceObject service, WorkloadPlan plan)
    {
        var end = DateTimeOffset.TryParse(
            service.Meta.Annotations.GetValueOrDefault(WorkloadMarks.SwitchedAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var switched)
            ? switched.AddSeconds(1) + plan.Basis.DrainDelay
            : DateTimeOffset.MinValue;
        if (end <= plan.Basis.Now)
        {
            return true;
        }

        plan.WaitForTime($"Nothing publishes the endpoints of {service.Meta.Name.Name}: the hand over waits until {end:HH:mm:ss} UTC.");
        return false;
    }

    private static bool Serves(WorkloadView view, string service, ReplicaSetObject set)
    {
        var ready = Ready(view, service);
        return ready.All(pod => pod is not null && PodName.IsOf(pod, set.Meta.Name.Name)) && ready.Length >= WorkloadReader.Available(set);
    }

    private static string?[] Ready(WorkloadView view, string service) =>
    [
        .. view.Seen.Slices.Where(slice => slice.Service == service)
            .SelectMany(slice => (IEnumerable<SliceEndpoint>)slice.Endpoints)
            .Where(endpoint => endpoint.IsReady).Select(endpoint => endpoint.Pod).Distinct(StringComparer.Ordinal),
    ];

    private static int Share(WorkloadView view)
    {
        var (stable, canary) = (view.Stable?.ReadyReplicas ?? 0, view.Canary?.ReadyReplicas ?? 0);
        return stable + canary == 0 ? 0 : (int)Math.Round(100.0 * canary / (stable + canary));
    }
}
