using System.Text;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Fills the variables of a user's query: <c>{{ version }}</c>, <c>{{ stableVersion }}</c>, <c>{{ namespace }}</c>, <c>{{ name }}</c>, <c>{{ route }}</c>. Between quotes a value is
/// escaped, so that it stays one string; elsewhere (in a metric's name) it may consist of letters, digits, <c>_</c> and <c>:</c> only.
/// </summary>
internal static class CustomQueryTemplate
{
    /// <summary>The query, or what is wrong with the template in one sentence.</summary>
    public static (string? Query, string? Problem) Render(string template, EvidenceRequest request)
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
                if (Value(name, request) is not { } value)
                {
                    return (null, $"The query uses the variable '{name}'; there are version, stableVersion, namespace, name and route.");
                }

                if (quote == '\0' && !value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':'))
                {
                    return (null, $"The query uses the variable '{name}' outside quotes, where its value '{value}' cannot stand.");
                }

                text.Append(quote == '\0' ? value : PromQl.EscapeString(value));
                at = end + 1;
                continue;
            }

            text.Append(c);
            if (c == '\\' && quote is '"' or '\'' && at + 1 < template.Length)
            {
                text.Append(template[++at]);
            }
            else if (quote == '\0' && c is '"' or '\'' or '`')
            {
                quote = c;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
        }

        return (text.ToString(), null);
    }

    private static string? Value(string name, EvidenceRequest request) => name switch
    {
        "version" => request.State.CanaryRevision,
        "stableVersion" => request.State.StableRevision,
        "namespace" => request.Key.Namespace,
        "name" => request.Key.Name,
        "route" => request.Target.Route,
        _ => null,
    };
}
