using System.Globalization;
using System.Text;

namespace CanaryController.Manager.Outbound;

/// <summary>Words of a stranger as people may read them: one line, no invisible characters, not long. Pure.</summary>
internal static class AnswerText
{
    /// <summary>The most characters that are shown.</summary>
    public const int MaxCharacters = 200;

    private const int MaxBytes = MaxCharacters * 4;

    /// <summary>The beginning of <paramref name="body"/>.</summary>
    public static string Of(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxBytes)]);
        var line = new StringBuilder(MaxCharacters);
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (isBlank && (line.Length == 0 || line[^1] == ' '))
            {
                continue;
            }

            if (line.Length >= MaxCharacters)
            {
                return line.ToString().TrimEnd() + "…";
            }

            line.Append(isBlank ? " " : IsHidden(rune) ? "?" : rune.ToString());
        }

        return line.ToString().TrimEnd();
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || rune.Value == 0xFFFD;
}
