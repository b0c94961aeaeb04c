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
            var (rule, former, note) = (route.Rules[index], original?.Pair ?? default, original?.Rule(index));
            var place = note is { Pair: false } ? pair.FindBack(rule, former) : pair.Find(rule, former);
            if (place.IsOurs)
            {
                Rule(patch, route.Kind, place, pair, note, wasDivided: original?.Rules.Any(rule => !rule.Pair) is true);
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

    private static void Rule(JsonPatch patch, RouteKind kind, PairPlace place, BackendPair pair, OriginalRule? note, bool wasDivided)
    {
        var (path, entries, backends) = (place.Rule.Path, new RouteEntries(kind, pair), place.Rule.Backends);
        var isUsers = note is { Pair: true } || (note is null && (pair.IsExternal || !wasDivided));
        if (place.Stable is not { } stable || (place.Canary ?? place.Former) is not { } other)
        {
            if (!isUsers && !pair.IsExternal && (place.Stable ?? place.Canary) is { } half)
            {
                // Somebody took one of the two away; the other leads to a Service, or subset, that goes.
                var renaming = new JsonPatch();
                Rename(renaming, kind, $"{path}/{half}", backends[half], pair, note);
                if (renaming.Count > 0)
                {
                    entries.Test(patch, $"{path}/{half}", backends[half]);
                    patch.Then(renaming);
                }
            }

            return;
        }

        entries.Test(patch, $"{path}/{stable}", backends[stable]);
        entries.Test(patch, $"{path}/{other}", backends[other]);
        var sum = (int)Math.Min(place.Sum, int.MaxValue);
        List<int> others = [other, .. place.Again];
        if (isUsers && (note is not null || pair.IsExternal))
        {
            // Users wrote both: both stay.
            Weigh(patch, kind, place.Rule, stable, place.IsAlone && note?.Weight is { } before ? before : sum);
            others.ForEach(index => Weigh(patch, kind, place.Rule, index, 0));
            return;
        }

        Rename(patch, kind, $"{path}/{stable}", backends[stable], pair, note);

        // Alone, a weight says nothing: it is what it was. Beside others it goes on to be what the two weigh together.
        var back = place.IsAlone ? note?.Weight : sum;
        if (back is { } weighed)
        {
            Weigh(patch, kind, place.Rule, stable, weighed);
        }
        else if (backends[stable].Weight is not null)
        {
            patch.Remove($"{path}/{stable}/weight");
        }

        foreach (var index in others.OrderDescending())
        {
            patch.Remove($"{path}/{index}");
        }
    }

    private static void Rename(JsonPatch patch, RouteKind kind, string path, RouteBackend entry, BackendPair pair, OriginalRule? note)
    {
        if (pair.BySubset)
        {
            // Whoever wrote a subset gets it back; whoever wrote none gets an entry without.
            var was = note?.Name is { } noted && noted != pair.Canary ? noted : "";
            _ = was == entry.Subset ? patch : was.Length == 0 ? patch.Remove($"{path}/{kind.SubsetField}") : patch.Replace($"{path}/{kind.SubsetField}", was);
            return;
        }

        var name = pair.IsExternal ? pair.Stable : note?.Name is { } before && before != pair.Canary ? before : pair.Service;
        if (name != entry.Name)
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
