using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Puts <see cref="StubSeeds"/> into a store: past decoding, rules and validation, and without a word to watches, so that 100,000 objects are a matter of seconds.</summary>
internal static class SeedLoader
{
    /// <summary>How many copies share a group.</summary>
    public const int GroupSize = 20;

    private const string Copy = "$(copy)";
    private const string Group = "$(group)";
    private const string Version = "$(version)";

    /// <summary>Puts them there.</summary>
    /// <exception cref="ArgumentException">A line is no object of a kind that is stored.</exception>
    public static void Load(ObjectStore store, IReadOnlyList<StubSeeds> seeds)
    {
        foreach (var (lines, copies) in seeds)
        {
            foreach (var line in lines.Where(line => line.Length > 0))
            {
                Load(store, line, copies);
            }
        }
    }

    private static void Load(ObjectStore store, string line, int copies)
    {
        var obj = JsonNode.Parse(line) as JsonObject ?? throw new ArgumentException($"no object: {line}", nameof(line));
        var type = store.Catalogs.Current.All.FirstOrDefault(each => each.AliasOf is null && each.Kind == obj.Str("kind") && each.ApiVersion(each.StorageVersion) == obj.Str("apiVersion"))
            ?? throw new ArgumentException($"{obj.Str("apiVersion")} {obj.Str("kind")} is not stored as such", nameof(line));
        obj.Ensure("metadata")["resourceVersion"] = Version;
        var text = obj.ToJsonString(Canonical.Relaxed);
        var seed = StoredObject.Of(obj, 0);
        store.Database.Load(type.Key, Enumerable.Range(0, copies).Select(copy => (Func<long, StoredObject>)(version => Grow(seed, text, copy, version))));
    }

    private static StoredObject Grow(StoredObject seed, string text, int copy, long version)
    {
        var labels = seed.Labels.ToDictionary(label => label.Key, label => Fill(label.Value, copy), StringComparer.Ordinal);
        var json = Fill(text, copy).Replace(Version, version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return StoredObject.Of(new(Fill(seed.Name.Namespace, copy), Fill(seed.Name.Name, copy)), Fill(seed.Uid, copy), version, Encoding.UTF8.GetBytes(json), labels);
    }

    private static string Fill(string text, int copy) => text
        .Replace(Copy, copy.ToString("00000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace(Group, (copy / GroupSize).ToString("00000", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
