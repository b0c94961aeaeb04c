using System.Text;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>A line of HAProxy's runtime API as it reads it: semicolons end commands, spaces words, and a backslash takes the next character as it is.</summary>
internal static class FakeCommands
{
    /// <summary>A line that ends with two signs begins a payload, which is read up to an empty line: nothing is answered before.</summary>
    public static bool AsksForMore(string line) => line.EndsWith("<<", StringComparison.Ordinal);

    public static IEnumerable<(string Text, string[] Words)> Of(string line)
    {
        var (text, word, words) = (new StringBuilder(), new StringBuilder(), new List<string>());
        for (var index = 0; index <= line.Length; index++)
        {
            var isEnd = index == line.Length || line[index] == ';';
            if (isEnd || line[index] == ' ')
            {
                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                if (isEnd)
                {
                    yield return (text.ToString().Trim(), [.. words]);
                    words.Clear();
                    text.Clear();
                    continue;
                }
            }
            else if (line[index] == '\\' && index + 1 < line.Length)
            {
                text.Append(line[index++]);
                word.Append(line[index]);
            }
            else
            {
                word.Append(line[index]);
            }

            text.Append(line[index]);
        }
    }
}
