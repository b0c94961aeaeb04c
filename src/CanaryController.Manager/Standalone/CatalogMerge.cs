using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// What a scan of the folder makes of the resources known before. Pure. The rules: a broken text keeps the last good one in force; a key that two files
/// hold stays with the file that had it first; a route that two rollouts want stays with the one that had it first; a key that no file
/// holds any more counts as deleted only after <see cref="DeletionGrace"/>, because editors and deployments remove before they write.
/// </summary>
internal static class CatalogMerge
{
    /// <summary>How long a key must be absent before its rollout is aborted and forgotten.</summary>
    public static readonly TimeSpan DeletionGrace = TimeSpan.FromSeconds(2);

    /// <summary>The resources after the scan.</summary>
    /// <param name="known">The resources before it.</param>
    /// <param name="files">The folder's files, by name.</param>
    /// <param name="isUnderWay">Whether a rollout is not at rest.</param>
    /// <param name="now">The moment of the scan.</param>
    public static MergeResult Merge(
        IReadOnlyDictionary<RolloutKey, CatalogEntry> known, IReadOnlyList<FileReading> files, Func<RolloutKey, bool> isUnderWay, DateTimeOffset now)
    {
        var entries = new Dictionary<RolloutKey, CatalogEntry>();
        var problems = files.SelectMany(file => file.Problems).ToList();
        var templates = new TemplateFolder(files);
        problems.AddRange(templates.Problems);
        foreach (var claim in Claims(files, templates, problems).GroupBy(claim => claim.Document.Key))
        {
            var owner = Owner(known.GetValueOrDefault(claim.Key), [.. claim]);
            entries[claim.Key] = Update(known.GetValueOrDefault(claim.Key), owner.File, owner.Document);
            problems.AddRange(claim.Where(other => other != owner).Select(other => Duplicate(other, owner)));
        }

        var unclear = files.Where(file => file.HasErrors).ToDictionary(file => file.File, StringComparer.Ordinal);
        foreach (var entry in known.Values.Where(entry => !entries.ContainsKey(entry.Key)))
        {
            if (Absent(entry, unclear, now) is { } kept)
            {
                entries[entry.Key] = kept;
            }
        }

        RouteOwnership.Apply(known, entries, isUnderWay, problems);
        return new(entries, problems);
    }

    /// <summary>What the files hold, with the queries of templates filled in. One whose template is not there, or does not fit, is not valid, and what it said before stays in force.</summary>
    private static IEnumerable<Claim> Claims(IReadOnlyList<FileReading> files, TemplateFolder templates, List<FieldProblem> problems)
    {
        foreach (var file in files)
        {
            foreach (var document in file.Documents)
            {
                var filled = templates.Fill(document, file.File);
                problems.AddRange(filled.Problems.Except(document.Problems));
                yield return new(file.File, filled);
            }
        }
    }

    /// <summary>The file that had the key before, else the first by name.</summary>
    private static Claim Owner(CatalogEntry? before, IReadOnlyList<Claim> claims) =>
        claims.FirstOrDefault(claim => claim.File == before?.File) ?? claims[0];

    private static CatalogEntry Update(CatalogEntry? before, string file, ReadDocument document) => new()
    {
        Key = document.Key,
        File = file,
        Content = document.Content is { } content ? Same(before?.Content, content) : before?.Content,
        Problems = document.Problems,
    };

    /// <summary>The object known before when nothing changed, so that a look at references tells changes.</summary>
    private static ResourceContent Same(ResourceContent? before, ResourceContent now) => now == before ? before : now;

    private static CatalogEntry? Absent(CatalogEntry entry, Dictionary<string, FileReading> unclear, DateTimeOffset now)
    {
        if (unclear.TryGetValue(entry.File, out var broken))
        {
            return entry with { Problems = broken.Problems, AbsentSince = null };
        }

        if (entry.Content is null)
        {
            return null;
        }

        var since = entry.AbsentSince ?? now;
        return entry with { AbsentSince = since, Deleted = entry.Deleted || now - since >= DeletionGrace, Problems = [] };
    }

    private static FieldProblem Duplicate(Claim other, Claim owner) => new(
        "metadata.name",
        other.Document.Key.ToString(),
        $"The rollout {other.Document.Key} is defined in {owner.File} already; this definition is ignored.",
        "Give it another name, or remove one of the two.",
        other.File);

    private sealed record Claim(string File, ReadDocument Document);
}

/// <summary>What a scan came to.</summary>
/// <param name="Entries">The resources now.</param>
/// <param name="Problems">All that is wrong in the folder.</param>
internal sealed record MergeResult(Dictionary<RolloutKey, CatalogEntry> Entries, IReadOnlyList<FieldProblem> Problems);
