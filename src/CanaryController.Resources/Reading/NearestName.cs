namespace CanaryController.Resources.Reading;

/// <summary>Finds the name that a misspelt one was probably meant to be, and those that are like one.</summary>
public static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>The nearest of <paramref name="known"/>; null when none is near.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length is 0 or > LongestCompared)
        {
            return null;
        }

        var nearest = known.Select(name => (Name: name, Distance: Distance(written.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, nearest.Name.Length / 3) ? nearest.Name : Containing(written, known);
    }

    /// <summary><paramref name="known"/>, the ones that are most like <paramref name="written"/> first.</summary>
    public static IEnumerable<string> Rank(string written, IEnumerable<string> known) =>
        known.OrderBy(name => Distance(Start(written), Start(name))).ThenBy(name => name, StringComparer.Ordinal);

    private static string Start(string text) => (text.Length > LongestCompared ? text[..LongestCompared] : text).ToLowerInvariant();

    private static string? Containing(string written, IEnumerable<string> known) =>
        known.Where(name => name.Length >= 4).FirstOrDefault(name =>
            written.Contains(name, StringComparison.OrdinalIgnoreCase) || (written.Length >= 4 && name.Contains(written, StringComparison.OrdinalIgnoreCase)));

    /// <summary>How many letters to insert, drop, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1][];
        for (var i = 0; i <= left.Length; i++)
        {
            rows[i] = new int[right.Length + 1];
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i][j] = i + j;
                    continue;
                }

                var replace = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                var best = Math.Min(replace, Math.Min(rows[i - 1][j], rows[i][j - 1]) + 1);
                var swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                rows[i][j] = swapped ? Math.Min(best, rows[i - 2][j - 2] + 1) : best;
            }
        }

        return rows[left.Length][right.Length];
    }
}
