using System.Text.RegularExpressions;

namespace CanaryController.Cli.Tests;

/// <summary>Takes the calls of <c>canaryctl</c> out of shell scripts: words with quotes and continued lines, up to the next operator. Variables become values of their kind.</summary>
internal static partial class ShellLines
{
    /// <summary>The arguments of each call.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(string script)
    {
        var joined = WithoutExpressions(script).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (var command in joined.Split('\n').Where(line => !line.TrimStart().StartsWith('#')).SelectMany(Commands))
        {
            var at = command.IndexOf("canaryctl");
            if (at >= 0 && command.Take(at).All(word => word is "if" or "!" or "then" or "else" or "exec" or "while" or "do"))
            {
                yield return [.. command.Skip(at + 1).Select(Filled)];
            }
        }
    }

    /// <summary>Without the systems' own expressions, which are filled in before a shell sees the script.</summary>
    public static string WithoutExpressions(string script) => Expression().Replace(script, "x");

    /// <summary>The simple commands of a line, each as words.</summary>
    private static IEnumerable<List<string>> Commands(string line)
    {
        var words = new List<string>();
        foreach (Match match in Token().Matches(line))
        {
            if (match.Groups["end"].Success)
            {
                yield return words;
                words = [];
            }
            else
            {
                words.Add(Quotes().Replace(match.Value, quoted => quoted.Value[1..^1]));
            }
        }

        yield return words;
    }

    private static string Filled(string word) => Variable().Replace(word, variable => variable.Value.Trim('$', '{', '}') switch
    {
        "IMAGE" => "registry.example/shop:1",
        "ROLLOUT" => "shop",
        "VERSION" => "v2",
        _ => "1",
    });

    [GeneratedRegex(@"\$\{\{[^}]*\}\}|\$\([A-Za-z.]+\)", RegexOptions.None, 1000)]
    private static partial Regex Expression();

    // An operator or a redirection ends the words of a command; quotes hold together.
    [GeneratedRegex("""(?<end>&&|\|\||[;|()<>&])|(?:"[^"]*"|'[^']*'|[^\s;|()<>&"'])+""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("""
        "[^"]*"|'[^']*'
        """, RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex Quotes();

    [GeneratedRegex(@"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?", RegexOptions.None, 1000)]
    private static partial Regex Variable();
}
