using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>An entry of a rule, where it stands once the operations before have been carried out.</summary>
/// <param name="At">Its index.</param>
/// <param name="Backend">What it says.</param>
internal readonly record struct RouteEntry(int At, RouteBackend Backend);

/// <summary>Collects the operations on entries, in the words of a kind.</summary>
/// <param name="kind">The kind.</param>
/// <param name="pair">How the versions' entries are told apart.</param>
internal sealed class RouteEntries(RouteKind kind, BackendPair pair)
{
    /// <summary>The operations.</summary>
    public JsonPatch Patch { get; } = new();

    /// <summary>Fails unless the entry still is the one that was seen: it guards the index.</summary>
    public void Test(RouteRule rule, RouteEntry entry) => Test(Patch, Path(rule, entry.At), entry.Backend);

    /// <inheritdoc cref="Test(RouteRule, RouteEntry)"/>
    public void Test(JsonPatch patch, string path, RouteBackend backend)
    {
        if (backend.Text.Length > 0)
        {
            patch.Test($"{path}/{kind.NameField}", backend.Text);
        }

        if (pair.BySubset && backend.Subset is { } subset)
        {
            patch.Test($"{path}/{kind.SubsetField}", subset);
        }
    }

    /// <summary>Copies an entry with all that it holds.</summary>
    public void Copy(RouteRule rule, int from, int to) => Patch.Copy(Path(rule, from), Path(rule, to));

    /// <summary>Makes an entry that of another version.</summary>
    public RouteEntry Rename(RouteRule rule, RouteEntry entry, string key)
    {
        var renamed = pair.Renamed(entry.Backend, key);
        if (renamed != entry.Backend)
        {
            var field = pair.BySubset ? kind.SubsetField : kind.NameField;
            var isThere = pair.BySubset ? entry.Backend.Subset is not null : entry.Backend.Text.Length > 0;
            var (path, value) = ($"{Path(rule, entry.At)}/{field}", pair.BySubset ? key : renamed.Text);
            _ = isThere ? Patch.Replace(path, value) : Patch.Add(path, value);
        }

        return entry with { Backend = renamed };
    }

    /// <summary>Gives an entry a weight, unless it has it; null leaves it.</summary>
    public void Weigh(RouteRule rule, RouteEntry entry, int? weight)
    {
        if (weight is { } wanted && (entry.Backend.Weight ?? kind.UnwrittenWeight) != wanted)
        {
            Test(rule, entry);
            Patch.Add($"{Path(rule, entry.At)}/weight", kind.Write(wanted, rule));
        }
    }

    private static string Path(RouteRule rule, int entry) => $"{rule.Path}/{entry}";
}
