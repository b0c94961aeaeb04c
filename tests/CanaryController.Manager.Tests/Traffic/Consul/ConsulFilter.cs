using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>The part of Consul's filter language that subsets need: <c>==</c>, <c>!=</c>, <c>and</c>, <c>or</c>, <c>not</c> and parentheses. What a map has not is not equal to anything.</summary>
internal sealed partial class ConsulFilter
{
    private readonly List<string> _tokens;
    private int _at;

    private ConsulFilter(string text)
    {
        var matches = Token().Matches(text);
        _tokens = [.. matches.Select(match => match.Value)];
        if (string.Concat(_tokens) != string.Concat(text.Where(c => !char.IsWhiteSpace(c))))
        {
            throw new FormatException($"Failed to create boolean expression evaluator: {text}");
        }
    }

    /// <summary>What the expression asks of an instance.</summary>
    /// <exception cref="FormatException">It is no expression.</exception>
    public static Func<JsonNode, bool> Parse(string text)
    {
        if (text.Trim().Length == 0)
        {
            return _ => true;
        }

        var filter = new ConsulFilter(text);
        var test = filter.Either();
        return filter._at == filter._tokens.Count ? test : throw new FormatException($"Failed to create boolean expression evaluator: {text}");
    }

    private Func<JsonNode, bool> Either()
    {
        var left = Both();
        while (Take("or"))
        {
            var (one, two) = (left, Both());
            left = node => one(node) || two(node);
        }

        return left;
    }

    private Func<JsonNode, bool> Both()
    {
        var left = One();
        while (Take("and"))
        {
            var (one, two) = (left, One());
            left = node => one(node) && two(node);
        }

        return left;
    }

    private Func<JsonNode, bool> One()
    {
        if (Take("not"))
        {
            var inner = One();
            return node => !inner(node);
        }

        if (Take("("))
        {
            var inner = Either();
            return Take(")") ? inner : throw new FormatException("Failed to create boolean expression evaluator: a parenthesis is not closed");
        }

        var (selector, @operator, value) = (Next(), Next(), Next().Trim('"', '`'));
        return @operator is "==" or "!=" ? node => (Find(node, selector) == value) == (@operator == "==") : throw new FormatException($"Failed to create boolean expression evaluator: {@operator} is no operator here");
    }

    private static string? Find(JsonNode node, string selector)
    {
        JsonNode? at = node;
        foreach (var part in selector.Split('.'))
        {
            at = at is JsonObject map ? map[part] : null;
        }

        return at?.ToString();
    }

    private bool Take(string token)
    {
        var isNext = _at < _tokens.Count && _tokens[_at] == token;
        _at += isNext ? 1 : 0;
        return isNext;
    }

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw new FormatException("Failed to create boolean expression evaluator: the expression ends too early");

    [GeneratedRegex("""\(|\)|==|!=|"[^"]*"|`[^`]*`|[-A-Za-z0-9_.]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token();
}
