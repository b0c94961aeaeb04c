using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>
/// Keeps the split that a route has, whatever is applied: rules that send to the service get the pair with its present weights, and all else is as it was asked for. What the route was divided by
/// comes from the object itself, so a cache that is behind changes nothing.
/// </summary>
internal sealed class RouteHook(IObjectCache<RolloutObject> rollouts) : IAdmissionHook
{
    /// <inheritdoc/>
    public string Path => "/admission/routes";

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        // Without a fence the route is being given back.
        if (request.Operation is not AdmissionOperation.Update
            || RouteKinds.Find(request.Group, request.Kind) is not { } kind
            || kind.Project(request.OldObject, kind.Versions[0]) is not { } before
            || before.Meta.Fence() is not { } fence
            || OriginalRoute.Of(before) is not { } original
            || rollouts.Leader(RolloutObject.RouteKey(new(kind, request.Name))) is not { Content.Target.Cluster: { } cluster } leader
            || kind.Project(request.Object, kind.Versions[0]) is not { Meta.IsDeleting: false } after)
        {
            return AdmissionAnswer.Unchanged;
        }

        // One that an earlier call of this hook wrote tells of entries that are divided since.
        var note = OriginalRoute.Of(after) is not null ? after.Meta.Annotations[RouteAnnotations.Original] : before.Meta.Annotations[RouteAnnotations.Original];
        (string, string?)[] notes = [(Marks.FenceAnnotation, fence), (RouteAnnotations.Original, note), (RouteAnnotations.Split, before.Meta.Annotations.GetValueOrDefault(RouteAnnotations.Split))];
        var patch = new JsonPatch().Annotate(request.Object, notes);
        var pair = BackendPair.Of(cluster, original.Stable, original.Canary).In(cluster.Routes.FirstOrDefault(each => each.Kind == kind && each.Name == request.Name.Name));
        var split = RouteSplit.Of(before, pair, default);
        if ((split.Only is not null ? CanaryWeight.Zero : split.Weight) is not { } weight)
        {
            return patch.Answer();
        }

        // Whatever is applied, rules that we added are known by what we noted.
        var noted = Noted(OriginalRoute.Of(after) is null ? kind.Project(request.Object, kind.Versions[0], original) : after, notes);
        var plan = RoutePlan.Of(noted, pair, weight, split.IsDivided, fence, beside: split.Beside);
        if (plan.Changes is { } changes)
        {
            patch.Then(changes);
            Keep(patch, before, RouteAnnotations.Split);
        }

        return patch.Answer(Warning(leader, noted, pair, weight), plan.Problem ?? plan.Unmet);
    }

    /// <summary>A plan notes what it writes, which is what was asked for only to the next whole weight.</summary>
    private static void Keep(JsonPatch patch, RouteObject before, string key)
    {
        if (before.Meta.Annotations.GetValueOrDefault(key) is { } asked)
        {
            patch.Add($"/metadata/annotations/{JsonPatch.Escape(key)}", asked);
        }
    }

    /// <summary>With the notes in it.</summary>
    private static RouteObject Noted(RouteObject route, (string Key, string? Value)[] notes)
    {
        var annotations = new Dictionary<string, string>(route.Meta.Annotations, StringComparer.Ordinal);
        foreach (var (key, value) in notes.Where(note => note.Value is not null))
        {
            annotations[key] = value!;
        }

        return route with { Meta = route.Meta with { Annotations = annotations }, HasAnnotations = true };
    }

    /// <summary>For somebody who writes other weights; not for one who applies the route as it is without a rollout.</summary>
    private static string? Warning(RolloutObject leader, RouteObject wanted, BackendPair pair, CanaryWeight weight) =>
        RouteSplit.Of(wanted, pair, default) is { IsDivided: true, Weight: { } other } && other != weight
            ? $"The Rollout {leader.Key} divides this route: {pair.Canary} keeps {weight}."
            : null;
}
