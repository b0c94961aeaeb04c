using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>The expressions that the two subsets are to have.</summary>
/// <param name="Stable">Stable's.</param>
/// <param name="Canary">The canary's; stable's too while there are no pods of a canary, so that the subset is never empty.</param>
internal readonly record struct ResolverPins(string Stable, string Canary);

/// <summary>The subsets' names.</summary>
internal static class RoleSubsets
{
    /// <summary>Stable's.</summary>
    public const string Stable = "stable";

    /// <summary>The canary's.</summary>
    public const string Canary = "canary";

    /// <summary>Those of a service, whose resolver is called as it is.</summary>
    public static VersionSubsets Of(string service) => new(service, Stable, Canary);
}

/// <summary>
/// What is to be written so that the two subsets choose the pods that they should: one conditional patch, which touches their filters only. One that is not there is copied from the other, with all else that
/// it says; without the other it is made. Filters are replaced as a whole: what else they asked for may be true of one version only.
/// </summary>
internal static class ResolverSubsetPlan
{
    /// <summary>The patch; null when nothing is to be written.</summary>
    public static JsonPatch? Of(ServiceResolverObject resolver, ResolverPins pins, string fence, JsonArray? owners, DateTimeOffset now)
    {
        var changes = Subsets(resolver, pins);
        if (changes.Count == 0 && resolver.Meta.Fence() == fence)
        {
            return null;
        }

        var note = ResolverNote.Of(resolver);
        var next = note is null ? ResolverNote.Before(resolver, pins.Stable, owners) : owners is null ? note : note with { Owners = owners };
        var patch = JsonPatch.At(resolver.Meta.ResourceVersion).Then(changes)
            .Annotate(resolver.Meta, resolver.HasAnnotations, (Marks.FenceAnnotation, fence), (RouteAnnotations.Original, next.ToString()));
        return changes.Count == 0 ? patch : patch.Annotate(resolver.Meta, hasAnnotations: true, (RouteAnnotations.AnsweredBefore, SyncedStatus.Mark(resolver.AnsweredAt, now)));
    }

    /// <summary>The subsets are as they should be.</summary>
    public static bool IsDone(ServiceResolverObject resolver, ResolverPins pins) =>
        resolver.Subset(RoleSubsets.Stable)?.Filter == pins.Stable && resolver.Subset(RoleSubsets.Canary)?.Filter == pins.Canary;

    private static JsonPatch Subsets(ServiceResolverObject resolver, ResolverPins pins)
    {
        var patch = new JsonPatch();
        if (!resolver.HasSubsets)
        {
            patch.Add("/spec/subsets", new JsonObject());
        }

        Pin(patch, resolver, RoleSubsets.Stable, RoleSubsets.Canary, pins.Stable);
        Pin(patch, resolver, RoleSubsets.Canary, RoleSubsets.Stable, pins.Canary);
        return patch;
    }

    private static void Pin(JsonPatch patch, ServiceResolverObject resolver, string name, string other, string filter)
    {
        if (resolver.Subset(name) is { } there)
        {
            if (there.Filter != filter)
            {
                patch.Add($"/spec/subsets/{name}/filter", filter);
            }

            return;
        }

        var made = resolver.Subset(other)?.Tree ?? [];
        made["filter"] = filter;
        patch.Add($"/spec/subsets/{name}", made);
    }
}

/// <summary>What is to be written so that the subsets are as they were.</summary>
internal static class ResolverRestore
{
    /// <summary>The first patch: those that were added go, the filters of the others are what they were, our annotations are gone but the note, which names the owners. Null when that is done.</summary>
    /// <param name="resolver">The resolver.</param>
    /// <param name="stable">The expression that chooses stable's pods now; null when that is not known.</param>
    public static JsonPatch? Of(ServiceResolverObject resolver, string? stable)
    {
        var note = ResolverNote.Of(resolver);
        var patch = JsonPatch.At(resolver.Meta.ResourceVersion);
        if (note is not null)
        {
            // What users wrote for a version that is gone would choose nobody: then stable's subset chooses all instances, of which only stable's are left.
            Subset(patch, resolver, RoleSubsets.Stable, note.Stable, keepsFilter: stable == note.Chosen);
            Subset(patch, resolver, RoleSubsets.Canary, note.Canary, keepsFilter: true);
            if (!note.HadSubsets && resolver.HasSubsets && resolver.Subsets.All(subset => subset.Name is RoleSubsets.Stable or RoleSubsets.Canary))
            {
                patch = JsonPatch.At(resolver.Meta.ResourceVersion).Remove("/spec/subsets");
            }
        }

        patch.Unannotate(resolver.Meta, Marks.FenceAnnotation, RouteAnnotations.AnsweredBefore);
        if (note?.Owners is null)
        {
            patch.Unannotate(resolver.Meta, RouteAnnotations.Original);
        }

        return patch.Count > 1 ? patch : null;
    }

    /// <summary>The last patch: the note goes. Null when there is none.</summary>
    public static JsonPatch? Forget(ServiceResolverObject resolver) =>
        resolver.Meta.Annotations.ContainsKey(RouteAnnotations.Original) ? JsonPatch.At(resolver.Meta.ResourceVersion).Unannotate(resolver.Meta, RouteAnnotations.Original) : null;

    private static void Subset(JsonPatch patch, ServiceResolverObject resolver, string name, OriginalFilter? was, bool keepsFilter)
    {
        if (resolver.Subset(name) is not { } now)
        {
            return;
        }

        var path = $"/spec/subsets/{name}";
        if (was is null)
        {
            patch.Remove(path);
            return;
        }

        var has = now.Tree.ContainsKey("filter");
        if (was.Filter is { } filter && (keepsFilter || filter.Length == 0))
        {
            _ = has && now.Filter == filter ? patch : patch.Add($"{path}/filter", filter);
        }
        else if (has)
        {
            patch.Remove($"{path}/filter");
        }
    }
}
