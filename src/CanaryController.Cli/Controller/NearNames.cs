using CanaryController.Resources;

namespace CanaryController.Cli.Controller;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearNames
{
    private const int MaxNames = 3;
    /// <summary>How many letters may differ.</summary>
    public const int MaxDistance = 2;

    /// <summary>The same name elsewhere, names that differ in two letters at most, and names that one begins with; the nearest first, three at most.</summary>
    public static IReadOnlyList<RolloutKey> Of(RolloutKey wanted, IEnumerable<RolloutKey> known) =>
    [
        .. known.Select(key => (Key: key, Distance: Distance(wanted.Name, key.Name)))
            .Where(near => near.Distance <= MaxDistance || IsPrefix(wanted.Name, near.Key.Name))
            .OrderBy(near => near.Key.Namespace == wanted.Namespace ? 0 : 1)
            .ThenBy(near => near.Distance)
            .ThenBy(near => near.Key)
            .Take(MaxNames)
            .Select(near => near.Key),
    ];

    private static bool IsPrefix(string one, string other) =>
        one.Length > 1 && (other.StartsWith(one, StringComparison.OrdinalIgnoreCase) || one.StartsWith(other, StringComparison.OrdinalIgnoreCase));

    /// <summary>Letters to insert, delete or replace (Levenshtein, 1965).</summary>
    public static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
