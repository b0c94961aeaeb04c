using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>The hashes of the templates whose pods the two subsets choose.</summary>
/// <param name="Stable">Stable's.</param>
/// <param name="Canary">The canary's; stable's too while there are no pods of a canary, so that the subset is never empty.</param>
internal readonly record struct SubsetPins(string Stable, string Canary);

/// <summary>
/// What is to be written so that the two subsets choose the pods that they should: one conditional patch, which touches their labels only. One that is not there is copied from the other, with its
/// policy; without the other it is made. Labels are replaced as a whole: what else they asked for may be true of one version only.
/// </summary>
internal static class SubsetPlan
{
    /// <summary>The patch; null when nothing is to be written.</summary>
    public static JsonPatch? Of(DestinationRuleObject rule, VersionSubsets subsets, SubsetPins pins, string fence, JsonArray? owners)
    {
        var changes = Subsets(rule, subsets, pins);
        if (changes.Count == 0 && rule.Meta.Fence() == fence)
        {
            return null;
        }

        var note = SubsetNote.Of(rule);
        var next = note is null ? SubsetNote.Before(rule, subsets, owners) : owners is null ? note : note with { Owners = owners };
        return JsonPatch.At(rule.Meta.ResourceVersion).Then(changes)
            .Annotate(rule.Meta, rule.HasAnnotations, (Marks.FenceAnnotation, fence), (RouteAnnotations.Original, next.ToString()));
    }

    /// <summary>The subsets are as they should be.</summary>
    public static bool IsDone(DestinationRuleObject rule, VersionSubsets subsets, SubsetPins pins) =>
        rule.Subset(subsets.Stable)?.Pin == pins.Stable && rule.Subset(subsets.Canary)?.Pin == pins.Canary;

    private static JsonPatch Subsets(DestinationRuleObject rule, VersionSubsets subsets, SubsetPins pins)
    {
        var patch = new JsonPatch();
        if (!rule.HasSubsets)
        {
            patch.Add("/spec/subsets", new JsonArray());
        }

        var names = rule.Subsets.Select(subset => subset.Name).ToList();
        Pin(patch, rule, names, subsets.Stable, subsets.Canary, pins.Stable);
        Pin(patch, rule, names, subsets.Canary, subsets.Stable, pins.Canary);
        return patch;
    }

    private static void Pin(JsonPatch patch, DestinationRuleObject rule, List<string> names, string name, string other, string hash)
    {
        var labels = new JsonObject { [Marks.PodTemplateHash] = hash };
        if (names.IndexOf(name) is >= 0 and var at)
        {
            if (rule.Subsets[at].Pin != hash)
            {
                patch.Test($"/spec/subsets/{at}/name", name).Add($"/spec/subsets/{at}/labels", labels);
            }

            return;
        }

        var next = names.Count;
        names.Add(name);
        if (names.IndexOf(other) is >= 0 and var like)
        {
            patch.Test($"/spec/subsets/{like}/name", other).Copy($"/spec/subsets/{like}", $"/spec/subsets/{next}").Replace($"/spec/subsets/{next}/name", name)
                .Add($"/spec/subsets/{next}/labels", labels);
            return;
        }

        patch.Add($"/spec/subsets/{next}", new JsonObject { ["name"] = name, ["labels"] = labels });
    }
}

/// <summary>What is to be written so that the subsets are as they were.</summary>
internal static class SubsetRestore
{
    /// <summary>The first patch: those that were added go, the labels of the others are what they were, our annotations are gone but the note, which names the owners. Null when that is done.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="keepsLabels">The labels that stable's subset had choose stable's pods. Otherwise it gets none, and so chooses all pods of the Service: those of a version that is gone would be none.</param>
    public static JsonPatch? Of(DestinationRuleObject rule, bool keepsLabels)
    {
        var note = SubsetNote.Of(rule);
        var patch = JsonPatch.At(rule.Meta.ResourceVersion);
        var left = rule.Subsets.Count;
        for (var at = rule.Subsets.Count - 1; at >= 0 && note is not null; at--)
        {
            var subset = rule.Subsets[at];
            if (subset.Name != note.Stable && subset.Name != note.Canary)
            {
                continue;
            }

            if (note.Subset(subset.Name) is { } was)
            {
                Relabel(patch, at, subset, subset.Name != note.Stable || keepsLabels ? was.Labels : null);
            }
            else
            {
                patch.Test($"/spec/subsets/{at}/name", subset.Name).Remove($"/spec/subsets/{at}");
                left--;
            }
        }

        if (note is { HadSubsets: false } && rule.HasSubsets && left == 0)
        {
            patch.Remove("/spec/subsets");
        }

        patch.Unannotate(rule.Meta, Marks.FenceAnnotation);
        if (note?.Owners is null)
        {
            patch.Unannotate(rule.Meta, RouteAnnotations.Original);
        }

        return patch.Count > 1 ? patch : null;
    }

    /// <summary>The last patch: the note goes. Null when there is none.</summary>
    public static JsonPatch? Forget(DestinationRuleObject rule) =>
        rule.Meta.Annotations.ContainsKey(RouteAnnotations.Original) ? JsonPatch.At(rule.Meta.ResourceVersion).Unannotate(rule.Meta, RouteAnnotations.Original) : null;

    private static void Relabel(JsonPatch patch, int at, RuleSubset subset, JsonObject? labels)
    {
        if (JsonNode.DeepEquals(subset.Labels is null ? null : JsonNode.Parse(subset.Labels), labels))
        {
            return;
        }

        patch.Test($"/spec/subsets/{at}/name", subset.Name);
        _ = labels is null ? patch.Remove($"/spec/subsets/{at}/labels") : patch.Add($"/spec/subsets/{at}/labels", labels);
    }
}
