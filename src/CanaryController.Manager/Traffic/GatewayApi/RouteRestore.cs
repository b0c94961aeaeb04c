using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>What is to be written so that an HTTPRoute is as it was before it was divided.</summary>
internal static class RouteRestore
{
    /// <summary>
    /// The first patch: entries and weights as they were, everything to stable, our annotations gone but the note, which names who owned the rules. Null when nothing is left to do but that.
    /// </summary>
    public static JsonPatch? Of(HttpRouteObject route, BackendPair pair)
    {
        var original = OriginalRoute.Of(route);
        var patch = JsonPatch.At(route.Meta.ResourceVersion);
        for (var index = 0; index < route.Rules.Count; index++)
        {
            var place = pair.Find(route.Rules[index], original?.Pair ?? default);
            if (place.IsOurs)
            {
                Rule(patch, index, place, pair, original);
            }
        }

        patch.Unannotate(route.Meta, RouteAnnotations.Split, Marks.FenceAnnotation);
        if (original?.Owners is null)
        {
            patch.Unannotate(route.Meta, RouteAnnotations.Original);
        }

        return patch.Count > 1 ? patch : null;
    }

    /// <summary>The last patch: the note goes. Null when there is none.</summary>
    public static JsonPatch? Forget(HttpRouteObject route) =>
        route.Meta.Annotations.ContainsKey(RouteAnnotations.Original) ? JsonPatch.At(route.Meta.ResourceVersion).Unannotate(route.Meta, RouteAnnotations.Original) : null;

    private static void Rule(JsonPatch patch, int index, PairPlace place, BackendPair pair, OriginalRoute? original)
    {
        if (place.Stable is not { } stable || (place.Canary ?? place.Former) is not { } other)
        {
            return;
        }

        var note = original?.Rule(index);
        var path = $"/spec/rules/{index}/backendRefs";
        patch.Test($"{path}/{stable}/name", pair.Stable).Test($"{path}/{other}/name", place.Rule.Backends[other].Name);
        var sum = (int)Math.Min(place.Sum, int.MaxValue);
        if (note is { Pair: true } || (note is null && pair.IsExternal))
        {
            // Users wrote both: both stay.
            Weigh(patch, $"{path}/{stable}", place.Rule.Backends[stable], place.IsAlone && note?.Weight is { } before ? before : sum);
            Weigh(patch, $"{path}/{other}", place.Rule.Backends[other], 0);
            return;
        }

        var name = pair.IsExternal ? pair.Stable : note?.Name is { } was && was != pair.Canary ? was : pair.Service;
        if (name != pair.Stable)
        {
            patch.Replace($"{path}/{stable}/name", name);
        }

        // Alone, a weight says nothing: it is what it was. Beside others it goes on to be what the two weigh together.
        var back = place.IsAlone ? note?.Weight : sum;
        if (back is { } weighed)
        {
            Weigh(patch, $"{path}/{stable}", place.Rule.Backends[stable], weighed);
        }
        else if (place.Rule.Backends[stable].Weight is not null)
        {
            patch.Remove($"{path}/{stable}/weight");
        }

        patch.Remove($"{path}/{other}");
    }

    private static void Weigh(JsonPatch patch, string path, RouteBackend entry, int weight)
    {
        if (entry.Share != weight)
        {
            patch.Add($"{path}/weight", weight);
        }
    }
}
