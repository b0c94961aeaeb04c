namespace CanaryController.Core.Rollouts;

/// <summary>What people write for other people. It ends up in sentences, logs, messages and reports, each of which reads a new line as something of its own. Pure.</summary>
public static class CommentText
{
    /// <summary>The text on one line: line ends, control characters, and what turns the direction of writing become blanks.</summary>
    public static string OneLine(string text)
    {
        foreach (var letter in text)
        {
            if (IsHidden(letter))
            {
                return string.Create(text.Length, text, static (line, whole) =>
                {
                    for (var index = 0; index < line.Length; index++)
                    {
                        line[index] = IsHidden(whole[index]) ? ' ' : whole[index];
                    }
                });
            }
        }

        return text;
    }

    private static bool IsHidden(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
