using System.Text;
using System.Text.RegularExpressions;

namespace CanaryController.Manager.Tests.Traffic.Traefik;

/// <summary>A request.</summary>
internal sealed record TraefikRequest(string Host, string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>A route as Traefik has it: its rule, what is written as its priority, and where it leads.</summary>
internal sealed record TraefikRoute(string Match, long? Priority, string To, string? Syntax = null)
{
    /// <summary>Nothing and 0 mean the length of the rule in bytes.</summary>
    public long Rank => Priority is { } own and not 0 ? own : Encoding.UTF8.GetByteCount(Match);
}

/// <summary>
/// Carries requests as Traefik 3 does: the matching route with the highest priority wins, and which of two equal ones is not said; a rule that cannot be parsed is no route at all. Written after
/// Traefik's own muxer, apart from what the program knows of rules.
/// </summary>
internal static class MiniTraefik
{
    /// <summary>Where a request goes: all routes that could win.</summary>
    public static IReadOnlyList<TraefikRoute> Route(IEnumerable<TraefikRoute> routes, TraefikRequest request)
    {
        List<TraefikRoute> matching = [.. routes.Where(route => Matches(route, request))];
        return [.. matching.Where(route => route.Rank == matching.Max(each => each.Rank))];
    }

    /// <summary>A rule matches a request.</summary>
    public static bool Matches(TraefikRoute route, TraefikRequest request)
    {
        var parser = new Parser(route.Match, route.Syntax ?? "v3", request);
        return parser.Whole() && parser.Failure is null;
    }

    /// <summary>Why Traefik drops a route; null when it does not.</summary>
    public static string? Refuses(TraefikRoute route)
    {
        var parser = new Parser(route.Match, route.Syntax ?? "v3", new("", "/", new Dictionary<string, string>()));
        _ = parser.Whole();
        return route.Rank > long.MaxValue - 1000 ? "the priority exceeds the greatest" : parser.Failure;
    }

    private sealed class Parser(string text, string syntax, TraefikRequest request)
    {
        private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
        private static readonly Regex _name = new("^[A-Za-z0-9]+", RegexOptions.None, _patience);
        private static readonly Regex _raw = new("^`([^`]*)`", RegexOptions.None, _patience);
        private static readonly Regex _quoted = new("^\"((?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.None, _patience);
        private static readonly Regex _escape = new(@"\\(.)", RegexOptions.None, _patience);
        private int _at;

        public string? Failure { get; private set; }

        public bool Whole()
        {
            var holds = Or();
            Space();
            Failure ??= _at < text.Length ? $"unexpected {text[_at..]}" : null;
            return holds;
        }

        private bool Or()
        {
            var holds = And();
            while (Failure is null && Take("||"))
            {
                holds |= And();
            }

            return holds;
        }

        private bool And()
        {
            var holds = One();
            while (Failure is null && Take("&&"))
            {
                holds &= One();
            }

            return holds;
        }

        private bool One()
        {
            if (Take("!"))
            {
                return !One();
            }

            if (Take("("))
            {
                var holds = Or();
                Failure ??= Take(")") ? null : "no closing parenthesis";
                return holds;
            }

            return Call();
        }

        private bool Call()
        {
            Space();
            var name = _name.Match(text[_at..]).Value;
            _at += name.Length;
            List<string> args = [];
            if (name.Length == 0 || !Take("("))
            {
                Failure ??= "no matcher";
                return false;
            }

            do
            {
                args.Add(Literal());
            }
            while (Failure is null && Take(","));
            Failure ??= Take(")") ? args.Exists(each => each.Length == 0) ? $"empty args for matcher {name}" : null : "no closing parenthesis";
            return Failure is null && Holds(name, args);
        }

        private bool Holds(string name, List<string> args)
        {
            var isV2 = syntax == "v2";
            Failure ??= !isV2 && args.Count != (name.StartsWith("Header", StringComparison.Ordinal) ? 2 : 1) ? "unexpected number of parameters" : null;
            return Failure is null && (isV2, name) switch
            {
                (_, "Host") => args.Contains(request.Host, StringComparer.OrdinalIgnoreCase),
                (_, "Path") => args.Contains(request.Path),
                (_, "PathPrefix") => args.Exists(path => request.Path.StartsWith(path, StringComparison.Ordinal)),
                (false, "Header") or (true, "Headers") => request.Headers.TryGetValue(args[0].ToLowerInvariant(), out var value) && value == args[1],
                (false, "HeaderRegexp") or (true, "HeadersRegexp") => request.Headers.TryGetValue(args[0].ToLowerInvariant(), out var value) && Regex.IsMatch(value, args[1], RegexOptions.None, _patience),
                _ => Unknown(name),
            };
        }

        private bool Unknown(string name)
        {
            Failure = $"unsupported function: {name}";
            return false;
        }

        /// <summary>As Go reads it: raw in backquotes, with escapes in quotes.</summary>
        private string Literal()
        {
            Space();
            var raw = _raw.Match(text[_at..]);
            var quoted = _quoted.Match(text[_at..]);
            Failure ??= raw.Success || quoted.Success ? null : "no literal";
            _at += raw.Success ? raw.Length : quoted.Length;
            return raw.Success ? raw.Groups[1].Value : _escape.Replace(quoted.Groups[1].Value, "$1");
        }

        private bool Take(string token)
        {
            Space();
            var isThere = text[_at..].StartsWith(token, StringComparison.Ordinal);
            _at += isThere ? token.Length : 0;
            return isThere;
        }

        private void Space() => _at += text[_at..].Length - text[_at..].TrimStart().Length;
    }
}
