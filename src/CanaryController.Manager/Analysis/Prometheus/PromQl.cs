using System.Buffers;
using System.Text;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Writes text into PromQL so that it stays text: a route named <c>a"} or vector(1)</c> is a name, never a query.</summary>
internal static class PromQl
{
    private static readonly SearchValues<char> Meta = SearchValues.Create(@"\.+*?()|[]{}^$");

    /// <summary>A quoted RE2 alternation that matches exactly <paramref name="values"/>; matchers are anchored by Prometheus itself.</summary>
    public static void AppendAnyOf(StringBuilder text, IEnumerable<string> values) => AppendAnyPattern(text, values.Select(EscapeRegex));

    /// <summary>A quoted RE2 alternation of regular expressions.</summary>
    public static void AppendAnyPattern(StringBuilder text, IEnumerable<string> patterns)
    {
        text.Append('"');
        var first = true;
        foreach (var pattern in patterns)
        {
            if (!first)
            {
                text.Append('|');
            }

            first = false;
            AppendEscaped(text, pattern);
        }

        text.Append('"');
    }

    /// <summary><paramref name="value"/> as a literal in RE2. A backslash before each meta character lets Prometheus take the alternation for a plain set.</summary>
    public static string EscapeRegex(string value)
    {
        if (!value.AsSpan().ContainsAny(Meta))
        {
            return value;
        }

        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (Meta.Contains(c))
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            switch (c)
            {
                case '\\':
                    text.Append(@"\\");
                    break;
                case '"':
                    text.Append("\\\"");
                    break;
                case '\'':
                    text.Append("\\'");
                    break;
                case '`':
                    text.Append(@"\x60");
                    break;
                case '\n':
                    text.Append(@"\n");
                    break;
                case < ' ' or '\u007f':
                    text.Append(@"\x").Append(((int)c).ToString("x2"));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }
}
