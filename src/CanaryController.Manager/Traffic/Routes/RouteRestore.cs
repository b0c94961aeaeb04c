using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What is to be written so that an object is as it was before it was divided.</summary>
internal static class RouteRestore
{
    /// <summary>
    /// The first patch: entries and weights as they were, everything to stable, our annotations gone but the note, which names who owned the rules. Null when nothing is left to do but that.
    /// </summary>
    public static JsonPatch? Of(RouteObject route, BackendPair pair)
    {
        var original = OriginalRoute.Of(route);
        var patch = JsonPatch.At(route.Meta.ResourceVersion);
        BesidePlan.Unmirror(patch, route);
        for (var index = 0; index < route.Rules.Count; index++)
        {
            var place = pair.Find(route.Rules[index], original?.Pair ?? default);
            if (place.IsOurs)
            {
                Rule(patch, route.Kind, place, pair, original?.Rule(index));
            }
        }

        BesidePlan.Remove(patch, route);
        patch.Unannotate(route.Meta, RouteAnnotations.Split, RouteAnnotations.AnsweredBefore, Marks.FenceAnnotation);
        if (original?.Owners is null)
        {
            patch.Unannotate(route.Meta, RouteAnnotations.Original);
        }

        return patch.Count > 1 ? patch : null;
    }

    /// <summary>The last patch: the note goes. Null when there is none.</summary>
    public static JsonPatch? Forget(RouteObject route) =>
        route.Meta.Annotations.ContainsKey(RouteAnnotations.Original) ? JsonPatch.At(route.Meta.ResourceVersion).Unannotate(route.Meta, RouteAnnotations.Original) : null;

    private static void Rule(JsonPatch patch, RouteKind kind, PairPlace place, BackendPair pair, OriginalRule? note)
    {
        if (place.Stable is not { } stable || (place.Canary ?? place.Former) is not { } other)
        {
            return;
        }

        var (path, entries) = (place.Rule.Path, new RouteEntries(kind, pair));
        entries.Test(patch, $"{path}/{stable}", place.Rule.Backends[stable]);
        entries.Test(patch, $"{path}/{other}", place.Rule.Backends[other]);
        var sum = (int)Math.Min(place.Sum, int.MaxValue);
        if (note is { Pair: true } || (note is null && pair.IsExternal))
        {
            // Users wrote both: both stay.
            Weigh(patch, kind, place.Rule, stable, place.IsAlone && note?.Weight is { } before ? before : sum);
            Weigh(patch, kind, place.Rule, other, 0);
            return;
        }

        Rename(patch, kind, $"{path}/{stable}", place.Rule.Backends[stable], pair, note);

        // Alone, a weight says nothing: it is what it was. Beside others it goes on to be what the two weigh together.
        var back = place.IsAlone ? note?.Weight : sum;
        if (back is { } weighed)
        {
            Weigh(patch, kind, place.Rule, stable, weighed);
        }
        else if (place.Rule.Backends[stable].Weight is not null)
        {
            patch.Remove($"{path}/{stable}/weight");
        }

        patch.Remove($"{path}/{other}");
    }

    private static void Rename(JsonPatch patch, RouteKind kind, string path, RouteBackend entry, BackendPair pair, OriginalRule? note)
    {
        if (pair.BySubset)
        {
            // Whoever wrote a subset gets it back; whoever wrote none gets an entry without.
            var was = note?.Name is { } noted && noted != pair.Canary ? noted : "";
            _ = was == pair.Stable ? patch : was.Length == 0 ? patch.Remove($"{path}/{kind.SubsetField}") : patch.Replace($"{path}/{kind.SubsetField}", was);
            return;
        }

        var name = pair.IsExternal ? pair.Stable : note?.Name is { } before && before != pair.Canary ? before : pair.Service;
        if (name != pair.Stable)
        {
            patch.Replace($"{path}/{kind.NameField}", entry.TextOf(name));
        }
    }

    private static void Weigh(JsonPatch patch, RouteKind kind, RouteRule rule, int entry, int weight)
    {
        if ((rule.Backends[entry].Weight ?? kind.UnwrittenWeight) != weight)
        {
            patch.Add($"{rule.Path}/{entry}/weight", kind.Write(weight, rule));
        }
    }
}
