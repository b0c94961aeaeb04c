using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// The splits of a service-splitter that give a canary its share: two, by subset, whose weights sum to exactly 100. A split that is divided is copied with all its members, so header modifiers stand on
/// both. What the splits were before is noted in the entry's Meta.
/// </summary>
internal static class SplitterPlan
{
    private const string Splits = "Splits";
    private const string Weight = "Weight";
    private const string Subset = "ServiceSubset";

    /// <summary>Divides.</summary>
    /// <param name="splitter">The entry as it was read; null when there is none.</param>
    /// <param name="splits">Its splits.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="weight">The canary's share.</param>
    public static ConsulPlan Divide(JsonObject? splitter, ServiceSplits splits, ConsulVersions versions, CanaryWeight weight)
    {
        if (splits.Foreign() is { } foreign)
        {
            return weight == CanaryWeight.Zero && splits.Find(SplitRole.Canary) is { BasisPoints: > 0 } ? Withdraw(splitter!, splits, versions) : ConsulPlan.Refused(foreign);
        }

        var wanted = splitter?.DeepClone().AsObject() ?? ConsulEntry.New(ConsulEntry.Splitter, versions.Service);
        var template = splits.Find(SplitRole.Stable) ?? splits.Find(SplitRole.Whole) ?? splits.Find(SplitRole.Former) ?? splits.Find(SplitRole.Canary);
        var pair = new JsonArray { Split(splits.Find(SplitRole.Stable) ?? template, versions.StableSubset, weight.RestBasisPoints) };
        if (versions.Canary is not null)
        {
            pair.Add(Split(splits.Find(SplitRole.Canary) ?? template, versions.CanarySubset!, weight.BasisPoints));
        }

        foreach (var other in splits.All.Where(split => split.Role is SplitRole.Foreign))
        {
            pair.Add(other.Json.DeepClone());
        }

        wanted[Splits] = pair;
        return Noted(splitter, wanted, versions.Service);
    }

    /// <summary>As it was before, all requests to the version that stable names. Null: the entry was made by us, and is to be deleted.</summary>
    /// <param name="splitter">The entry, which is led.</param>
    /// <param name="note">What it remembers.</param>
    /// <param name="original">The splits that it remembers.</param>
    /// <param name="versions">The stable version, without a canary.</param>
    public static JsonObject? Restore(JsonObject splitter, ConsulNote note, ServiceSplits original, ConsulVersions versions)
    {
        if (!note.Existed)
        {
            return null;
        }

        var restored = splitter.DeepClone().AsObject();
        ConsulEntry.SetMeta(restored, ConsulNote.Key, null);
        restored[Splits] = new JsonArray([.. Original(original, versions)]);
        return restored;
    }

    /// <summary>After the entry is given back, requests go to the service as it is, not to a version.</summary>
    public static bool IsWholeAfter(ConsulNote note, ServiceSplits original) => !note.Existed || original.All.Any(split => split is { Role: SplitRole.Whole, BasisPoints: > 0 });

    /// <summary>Beside a split that is nobody's business of ours nothing can be divided, but the canary's share goes to stable all the same; the others keep theirs.</summary>
    private static ConsulPlan Withdraw(JsonObject splitter, ServiceSplits splits, ConsulVersions versions)
    {
        var carrier = splits.Find(SplitRole.Stable) ?? splits.Find(SplitRole.Canary)!;
        var back = splits.All.Where(split => split.Role is SplitRole.Stable or SplitRole.Canary).Sum(split => split.BasisPoints);
        var wanted = splitter.DeepClone().AsObject();
        wanted[Splits] = new JsonArray([
            .. splits.All.Select(split => split.Role is not (SplitRole.Stable or SplitRole.Canary) ? (JsonNode)split.Json.DeepClone()
                : split == carrier ? Split(split, versions.StableSubset, back)
                : Split(split, split.Json.Text(Subset), 0)),
        ]);
        return Noted(splitter, wanted, versions.Service);
    }

    private static IEnumerable<JsonNode> Original(ServiceSplits original, ConsulVersions versions)
    {
        if (original.All.Any(split => split is { Role: SplitRole.Whole, BasisPoints: > 0 }))
        {
            return original.All.Select(split => split.Json.DeepClone());
        }

        // Users told versions apart themselves: everything goes to the one that is stable now, by its own split or by that of the version that was.
        var carrier = original.Find(SplitRole.Stable) ?? original.All.FirstOrDefault(split => split.BasisPoints > 0);
        return original.All.Select(split => split.Role is SplitRole.Foreign && split.BasisPoints == 0
            ? split.Json.DeepClone()
            : Split(split, split == carrier ? versions.StableSubset : split.Json.Text(Subset), split == carrier ? CanaryWeight.WholeBasisPoints : 0));
    }

    private static JsonObject Split(ServiceSplit? from, string? subset, int basisPoints)
    {
        var split = from?.Json.DeepClone().AsObject() ?? [];
        if (from is null || from.BasisPoints != basisPoints || !split.ContainsKey(Weight))
        {
            split[Weight] = basisPoints / 100m;
        }

        if (split.Text(Subset) != subset)
        {
            split[Subset] = subset;
        }

        return split;
    }

    private static ConsulPlan Noted(JsonObject? now, JsonObject wanted, string service)
    {
        if (ConsulNote.Of(now) is not null)
        {
            return ConsulPlan.Of(now, wanted);
        }

        var note = ConsulNote.OfSplitter(now).ToText();
        if (note.Length > ConsulEntry.MaxMetaCharacters)
        {
            return ConsulPlan.Refused(
                $"The splits of service-splitter {service} take {note.Length} characters, and Consul's Meta, where they are remembered until the end, takes {ConsulEntry.MaxMetaCharacters}: move header modifiers to a service-router, or take splits out.");
        }

        if (!ConsulEntry.HasRoom(wanted, ConsulNote.Key))
        {
            return ConsulPlan.Refused(ConsulEntry.NoRoom(ConsulEntry.Splitter, service));
        }

        ConsulEntry.SetMeta(wanted, ConsulNote.Key, note);
        return ConsulPlan.Of(now, wanted);
    }
}
