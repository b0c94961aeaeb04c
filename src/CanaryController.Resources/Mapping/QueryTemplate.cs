using System.Text;

namespace CanaryController.Resources.Mapping;

/// <summary>
/// Fills the variables of a query, <c>{{ name }}</c>. Between double or single quotes a value is escaped, so that it stays one string whatever it holds; elsewhere only what cannot
/// change the query's structure may stand, and between back quotes, where PromQL knows no escapes, only that too. A comment (<c>#</c> to the end of its line) ends no quotes and begins none.
/// </summary>
public static class QueryTemplate
{
    private const char Comment = '#';

    /// <summary>The query, or what is wrong with the template in one sentence.</summary>
    /// <param name="template">The query with variables.</param>
    /// <param name="find">The value of a variable; null when there is no such variable.</param>
    /// <param name="known">The variables that there are, for the message.</param>
    public static (string? Query, string? Problem) Render(string template, Func<string, QueryValue?> find, string known)
    {
        var text = new StringBuilder(template.Length + 32);
        var quote = '\0';
        for (var at = 0; at < template.Length; at++)
        {
            var c = template[at];
            if (c == '{' && at + 1 < template.Length && template[at + 1] == '{')
            {
                var end = template.IndexOf("}}", at, StringComparison.Ordinal);
                if (end < 0)
                {
                    return (null, $"The query has '{{{{' at position {at} without '}}}}'.");
                }

                var name = template[(at + 2)..end].Trim();
                if (find(name) is not { } value)
                {
                    return (null, $"The query uses the variable '{name}'; there are {known}.");
                }

                if (!value.IsKept && quote is '\0' or '`' or Comment && !value.MayStandBare)
                {
                    return (null, $"The query uses the variable '{name}' outside quotes, where its value '{value.Text}' cannot stand.");
                }

                text.Append(value.IsKept ? template.AsSpan(at, end + 2 - at) : quote is '\0' or '`' or Comment ? value.Text : Escape(value.Text));
                at = end + 1;
                continue;
            }

            text.Append(c);
            if (c == '\\' && quote is '"' or '\'' && at + 1 < template.Length)
            {
                text.Append(template[++at]);
            }
            else if (quote == '\0' && c is '"' or '\'' or '`' or Comment)
            {
                quote = c;
            }
            else if (quote == Comment ? c is '\n' or '\r' : c == quote)
            {
                quote = '\0';
            }
        }

        return (text.ToString(), null);
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' or '"' or '\'' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }
}

/// <summary>What a variable stands for.</summary>
/// <param name="Text">Its value.</param>
/// <param name="MayStandBare">It cannot change the structure of a query, wherever it stands.</param>
/// <param name="IsKept">The variable stays, to be filled later.</param>
public readonly record struct QueryValue(string Text, bool MayStandBare, bool IsKept = false)
{
    /// <summary>A value that stands outside quotes only when it consists of letters, digits, <c>_</c> and <c>:</c>.</summary>
    public static QueryValue Of(string text) => new(text, text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':'));
}
