using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// The subsets of a service-resolver that tell two versions apart. Subsets that users wrote are used as they are when they select the version; the others are ours, noted in the entry's Meta. A subset of
/// ours narrows the default subset, and has its failover, so that nothing but the version changes for the requests.
/// </summary>
internal static class ResolverPlan
{
    private const string Subsets = "Subsets";
    private const string Failover = "Failover";
    private const string Expression = "Filter";

    /// <summary>Adds the versions' subsets, and takes those of ours away that neither version nor <paramref name="inUse"/> names.</summary>
    /// <param name="resolver">The entry as it was read; null when there is none.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="inUse">Subsets that a splitter sends to now: Consul refuses to lose them, and users would.</param>
    public static ConsulPlan Divide(JsonObject? resolver, ConsulVersions versions, IReadOnlyCollection<string> inUse)
    {
        if (resolver.Map("Redirect") is { } redirect)
        {
            return ConsulPlan.Refused(
                $"service-resolver {versions.Service} redirects to {redirect.Text("Service") ?? redirect.Text("Datacenter") ?? redirect.Text("Peer") ?? "another place"}, so its subsets count for nothing: roll that service out instead, or take the redirect away.");
        }

        if (!TryBase(resolver, out var standard, out var within))
        {
            return ConsulPlan.Refused(
                $"The default subset {standard} of service-resolver {versions.Service} filters by Service.Meta.version beside other conditions, so none can be made of it for another version: write the subsets {string.Join(" and ", versions.All.Select(each => each.Subset))} yourself.");
        }

        var note = ConsulNote.Of(resolver) ?? new(resolver is not null, null, []);
        var wanted = resolver?.DeepClone().AsObject() ?? ConsulEntry.New(ConsulEntry.Resolver, versions.Service);
        var ours = note.Subsets.Where(name => IsNeeded(resolver, name, inUse) && wanted.Map(Subsets)?.ContainsKey(name) is true).ToHashSet(StringComparer.Ordinal);
        foreach (var (version, name) in versions.All)
        {
            if (!note.Subsets.Contains(name) && wanted.Map(Subsets).Map(name) is { } written)
            {
                if (!VersionSubset.Selects(written.Text(Expression) ?? "", version))
                {
                    return ConsulPlan.Refused(NotTheVersions(versions.Service, name, version));
                }

                continue;
            }

            ours.Add(name);
            Set(wanted, standard, within, name, version);
        }

        foreach (var gone in note.Subsets.Except(ours))
        {
            Drop(wanted, gone);
        }

        return Noted(resolver, wanted, note with { Subsets = [.. ours] }, versions.Service);
    }

    /// <summary>Takes everything of ours away; the entry too when it was made for that and nobody else put anything in. Null: it is to be deleted.</summary>
    /// <param name="resolver">The entry, which is led.</param>
    /// <param name="note">What it remembers.</param>
    /// <param name="inUse">Subsets that a splitter, which is given back before, goes on to send to: they stay, as the users' own.</param>
    public static JsonObject? Restore(JsonObject resolver, ConsulNote note, IReadOnlyCollection<string> inUse)
    {
        var restored = resolver.DeepClone().AsObject();
        foreach (var name in note.Subsets.Where(name => !IsNeeded(resolver, name, inUse)))
        {
            Drop(restored, name);
        }

        ConsulEntry.SetMeta(restored, ConsulNote.Key, null);
        return note.Existed || restored.Any(member => !ConsulEntry.IsOwnName(member.Key)) ? restored : null;
    }

    /// <summary>The subset selects that version's instances and no others.</summary>
    public static bool Selects(JsonObject? resolver, string subset, string version)
    {
        var filter = resolver.Map(Subsets).Map(subset).Text(Expression) ?? "";
        return ConsulNote.Of(resolver)?.Subsets.Contains(subset) is true
            ? TryBase(resolver, out _, out var within) && filter == VersionSubset.Filter(version, within)
            : VersionSubset.Selects(filter, version);
    }

    /// <summary>The subset leaves instances out whose checks warn.</summary>
    public static bool IsOnlyPassing(JsonObject? resolver, string subset) =>
        resolver.Map(Subsets).Map(subset)?["OnlyPassing"] is JsonValue value && value.TryGetValue(out bool only) && only;

    /// <summary>The subset's expression; null when it has none, or does not exist.</summary>
    public static string? FilterOf(JsonObject? resolver, string? subset) => subset is null ? null : resolver.Map(Subsets).Map(subset).Text(Expression);

    /// <summary>What is wrong with a subset that users wrote for a version.</summary>
    public static string NotTheVersions(string service, string subset, string version) =>
        $"The subset {subset} of service-resolver {service} does not select version {version}: write its Filter as {VersionSubset.Filter(version, null)}, if need be with further conditions joined by and, or take the subset away.";

    private static bool IsNeeded(JsonObject? resolver, string subset, IReadOnlyCollection<string> inUse) => inUse.Contains(subset) || resolver.Text("DefaultSubset") == subset;

    /// <summary>The default subset, and what it asks for beside a version; false when that cannot be told apart.</summary>
    private static bool TryBase(JsonObject? resolver, out string? standard, out string? within)
    {
        standard = resolver.Text("DefaultSubset");
        standard = ConsulNote.Of(resolver)?.Subsets.Contains(standard ?? "") is true ? null : standard;
        return VersionSubset.TryWithoutVersion(FilterOf(resolver, standard) ?? "", out within);
    }

    private static void Set(JsonObject wanted, string? standard, string? within, string name, string version)
    {
        var subset = (standard is null ? null : wanted.Map(Subsets).Map(standard))?.DeepClone().AsObject() ?? [];
        subset[Expression] = VersionSubset.Filter(version, within);
        ConsulEntry.Grow(wanted, Subsets)[name] = subset;
        if (standard is not null && wanted.Map(Failover).Map(standard) is { } failover)
        {
            ConsulEntry.Grow(wanted, Failover)[name] = failover.DeepClone();
        }
    }

    private static void Drop(JsonObject wanted, string name)
    {
        ConsulEntry.Shrink(wanted, Subsets, name);
        ConsulEntry.Shrink(wanted, Failover, name);
    }

    private static ConsulPlan Noted(JsonObject? now, JsonObject wanted, ConsulNote note, string service)
    {
        // A resolver that users wrote with all that is needed in it is left alone.
        if (note.Subsets.Count == 0)
        {
            ConsulEntry.SetMeta(wanted, ConsulNote.Key, null);
            return ConsulPlan.Of(now, wanted);
        }

        if (!ConsulEntry.HasRoom(wanted, ConsulNote.Key))
        {
            return ConsulPlan.Refused(ConsulEntry.NoRoom(ConsulEntry.Resolver, service));
        }

        ConsulEntry.SetMeta(wanted, ConsulNote.Key, note.ToText());
        return ConsulPlan.Of(now, wanted);
    }
}
