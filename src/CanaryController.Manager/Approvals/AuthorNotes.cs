using CanaryController.Core;
using CanaryController.Core.Approvals;

namespace CanaryController.Manager.Approvals;

/// <summary>Reads who made a revision from what annotations say.</summary>
internal static class AuthorNotes
{
    private const int MaxNameChars = 253;

    /// <summary>
    /// The names of all texts, without repeats. Names are divided by commas and white space; what is too long to be one is left out. Of more than <see cref="ApproverRules.MaxAuthors"/> the first ones and
    /// <see cref="ApproverRules.Anybody"/>: who writes many names hides nobody behind them.
    /// </summary>
    public static EquatableArray<string> Read(params ReadOnlySpan<string?> texts) => Add(null, texts) is { } names ? [.. names] : [];

    /// <summary>The same with the user that admission noted, whose name may have commas and blanks in it.</summary>
    /// <param name="appliedBy">The user; null when none was noted.</param>
    /// <param name="texts">What people wrote.</param>
    public static EquatableArray<string> ReadWith(string? appliedBy, params ReadOnlySpan<string?> texts) =>
        Add(string.IsNullOrEmpty(appliedBy) ? null : [appliedBy.Length <= MaxNameChars ? appliedBy : ApproverRules.Anybody], texts) is { } names ? [.. names] : [];

    private static List<string>? Add(List<string>? names, ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            foreach (var range in text.AsSpan().SplitAny(", \t\n\r"))
            {
                var name = text.AsSpan(range);
                if (name.Length is 0 or > MaxNameChars || name.ContainsAnyInRange('\0', '\x1f'))
                {
                    continue;
                }

                names ??= [];
                if (!ApproverRules.AddAuthor(names, name.ToString()))
                {
                    return names;
                }
            }
        }

        return names;
    }
}
