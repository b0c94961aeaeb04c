namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// Reads a rule of Traefik: <c>Host(`a`) &amp;&amp; (Path(`/x`) || PathPrefix(`/y`))</c>. Only for what it reaches and in which syntax it is written; what is not understood reaches anything.
/// </summary>
internal sealed class RuleReader
{
    /// <summary>Rules are not nested more deeply than this; deeper ones are not understood.</summary>
    private const int MaxDepth = 64;

    private static readonly string[] _onlyInV2 = ["Headers", "HeadersRegexp", "HostHeader"];
    private static readonly string[] _severalInV2 = ["Host", "HostHeader", "HostRegexp", "Path", "PathPrefix", "Method", "ClientIP"];

    private readonly string _text;
    private int _at;
    private int _depth;

    private RuleReader(string text) => _text = text;

    /// <summary>The rule uses what only the syntax of Traefik 2 has.</summary>
    public bool IsV2 { get; private set; }

    /// <summary>It was read to its end.</summary>
    public bool IsUnderstood { get; private set; } = true;

    /// <summary>What it reaches.</summary>
    public RuleReach Reach { get; private set; } = RuleReach.Anything;

    /// <summary>Reads <paramref name="text"/>.</summary>
    public static RuleReader Read(string text)
    {
        var reader = new RuleReader(text);
        var reach = reader.Or();
        reader.Space();
        reader.IsUnderstood &= reader._at == text.Length;
        reader.Reach = reader.IsUnderstood ? reach : RuleReach.Anything;
        return reader;
    }

    private RuleReach Or()
    {
        var reach = And();
        while (IsUnderstood && Take("||"))
        {
            reach = reach.Or(And());
        }

        return reach;
    }

    private RuleReach And()
    {
        var reach = One();
        while (IsUnderstood && Take("&&"))
        {
            reach = reach.And(One());
        }

        return reach;
    }

    private RuleReach One()
    {
        if (++_depth > MaxDepth)
        {
            return Lost();
        }

        var reach = Take("!") ? Not(One()) : Take("(") ? Closed(Or()) : Call();
        _depth--;
        return reach;
    }

    private static RuleReach Not(RuleReach reach) => reach with { Hosts = null, Paths = null };

    private RuleReach Closed(RuleReach reach) => Take(")") ? reach : Lost();

    private RuleReach Call()
    {
        Space();
        var from = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        var name = _text[from.._at];
        if (name.Length == 0 || !Take("("))
        {
            return Lost();
        }

        List<string?> values = [];
        while (IsUnderstood && !Take(")"))
        {
            values.Add(Value());
            _ = Take(",");
        }

        IsV2 |= Is(name, _onlyInV2) || (values.Count > 1 && Is(name, _severalInV2));
        return ReachOf(name, values);
    }

    private static RuleReach ReachOf(string name, List<string?> values)
    {
        List<string> known = [.. values.OfType<string>()];
        return known.Count != values.Count || known.Count == 0 ? RuleReach.Anything
            : Is(name, ["Host", "HostHeader"]) ? known.Exists(host => host.Contains('*', StringComparison.Ordinal)) ? RuleReach.Anything : new([.. known.Select(Host)], null)
            : Is(name, ["Path", "PathPrefix"]) && !known.Exists(path => path.Contains('{', StringComparison.Ordinal)) ? new(null, [.. known.Select(path => new PathReach(path, Is(name, ["PathPrefix"])))])
            : RuleReach.Anything;
    }

    /// <summary>Traefik compares hosts in any case, and with or without the period at the end.</summary>
    private static string Host(string text) => text.ToLowerInvariant().TrimEnd('.');

    /// <summary>A text in backquotes, as it stands, or in quotes; null for one in quotes that has something escaped.</summary>
    private string? Value()
    {
        Space();
        if (_at >= _text.Length || _text[_at] is not ('`' or '"'))
        {
            _ = Lost();
            return null;
        }

        var (quote, from, isEscaped) = (_text[_at], ++_at, false);
        while (_at < _text.Length && _text[_at] != quote)
        {
            var skips = quote is '"' && _text[_at] is '\\';
            isEscaped |= skips;
            _at += skips ? 2 : 1;
        }

        if (_at >= _text.Length)
        {
            _ = Lost();
            return null;
        }

        var value = _text[from.._at++];
        return isEscaped ? null : value;
    }

    private RuleReach Lost()
    {
        IsUnderstood = false;
        return RuleReach.Anything;
    }

    private bool Take(string token)
    {
        Space();
        var isThere = string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;
        _at += isThere ? token.Length : 0;
        return isThere;
    }

    private void Space()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private static bool Is(string name, string[] names) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
