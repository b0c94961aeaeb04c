using CanaryController.Core;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// Which requests a rule of Traefik can match at most, by hosts and paths: enough to know that two rules never meet. It may say more than the rule does, never less.
/// </summary>
/// <param name="Hosts">The hosts, in lower case; null = any.</param>
/// <param name="Paths">The paths; null = any.</param>
internal sealed record RuleReach(EquatableArray<string>? Hosts, EquatableArray<PathReach>? Paths)
{
    /// <summary>Any request.</summary>
    public static readonly RuleReach Anything = new(null, null);

    /// <summary>Both have to hold. Where both name hosts, the first one's are taken: they are at least those of both.</summary>
    public RuleReach And(RuleReach other) => new(Hosts ?? other.Hosts, Paths ?? other.Paths);

    /// <summary>One is enough.</summary>
    public RuleReach Or(RuleReach other) => new(Union(Hosts, other.Hosts), Union(Paths, other.Paths));

    /// <summary>A request may match both.</summary>
    public bool MayMeet(RuleReach other) =>
        (Hosts is not { } hosts || other.Hosts is not { } others || hosts.Any(others.Contains))
        && (Paths is not { } paths || other.Paths is not { } ways || paths.Any(path => ways.Any(path.MayMeet)));

    private static EquatableArray<T>? Union<T>(EquatableArray<T>? one, EquatableArray<T>? two) => one is { } a && two is { } b ? [.. a, .. b] : null;
}

/// <summary>A path that a rule asks for.</summary>
/// <param name="Text">The path.</param>
/// <param name="IsPrefix">Whatever begins with it, letter by letter; otherwise this one alone.</param>
internal readonly record struct PathReach(string Text, bool IsPrefix)
{
    /// <summary>A path may be one of both.</summary>
    public bool MayMeet(PathReach other) =>
        (IsPrefix && other.Text.StartsWith(Text, StringComparison.Ordinal)) || (other.IsPrefix && Text.StartsWith(other.Text, StringComparison.Ordinal)) || Text == other.Text;
}
