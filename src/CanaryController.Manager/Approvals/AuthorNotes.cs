using CanaryController.Core;
using CanaryController.Core.Approvals;

namespace CanaryController.Manager.Approvals;

/// <summary>Reads who made a revision from what annotations say.</summary>
internal static class AuthorNotes
{
    private const int MaxAuthors = 10;
    private const int MaxNameChars = 253;

    /// <summary>The names of all texts, without repeats: at most 10. Names are divided by commas and white space; what is too long to be one is left out.</summary>
    public static EquatableArray<string> Read(params ReadOnlySpan<string?> texts)
    {
        List<string>? names = null;
        foreach (var text in texts)
        {
            if (string.IsNullOrEmpty(text))
            {
                continue;
            }

            names ??= [];
            foreach (var name in text.Split([',', ' ', '\t', '\n', '\r'], MaxAuthors + 1, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (names.Count < MaxAuthors && name.Length <= MaxNameChars && !name.Any(char.IsControl) && !names.Exists(known => ApproverRules.AreAlike(known, name)))
                {
                    names.Add(name);
                }
            }
        }

        return names is null ? [] : [.. names];
    }
}
