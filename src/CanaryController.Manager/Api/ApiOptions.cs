using System.Net;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>The section <c>api</c>.</summary>
/// <param name="Listen">Where the API listens. Default <c>http://127.0.0.1:7070</c>; port 0 takes a free one.</param>
/// <param name="Tokens">Who may do what; empty and without <paramref name="KubernetesTokens"/> = every local user may do everything, which is allowed on loopback only.</param>
/// <param name="KubernetesTokens">How tokens of the cluster count; null = not at all, as always standalone.</param>
internal sealed record ApiOptions(Uri Listen, IReadOnlyList<ApiToken> Tokens, KubernetesTokenOptions? KubernetesTokens = null)
{
    /// <summary>The default address.</summary>
    public const string DefaultListen = "http://127.0.0.1:7070";

    /// <summary>Callers have to say who they are.</summary>
    public bool WantsToken => Tokens.Count > 0 || KubernetesTokens is not null;

    /// <summary>Which tokens count, for people.</summary>
    public string KnownTokens => (Tokens.Count > 0, KubernetesTokens) switch
    {
        (_, null) => "a token that api.tokens names",
        (false, { } cluster) => cluster.KnownTokens,
        (true, { } cluster) => $"a token that api.tokens names, or {cluster.KnownTokens}",
    };

    /// <summary>Only this machine can connect.</summary>
    public bool IsLoopback => IsLoopbackName(Listen.Host);

    /// <summary>True for <c>localhost</c> and loopback addresses.</summary>
    public static bool IsLoopbackName(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

/// <summary>A token: its name is who acts, its hash is all that is kept of it.</summary>
/// <param name="Name">The actor in the audit trail.</param>
/// <param name="Sha256">SHA-256 of the token's UTF-8 text, 32 bytes.</param>
/// <param name="Roles">What its holder may do.</param>
internal sealed record ApiToken(string Name, ReadOnlyMemory<byte> Sha256, ApiRoles Roles);

/// <summary>What a token's holder may do.</summary>
[Flags]
internal enum ApiRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read.</summary>
    View = 1,

    /// <summary>All commands but approve, reject and break-glass; making freezes.</summary>
    Operate = 2,

    /// <summary>Approve and reject.</summary>
    Approve = 4,

    /// <summary>Break the glass, and end a freeze before its time.</summary>
    BreakGlass = 8,
}

/// <summary>Checks the section <c>api</c>.</summary>
internal static class ApiOptionsValidator
{
    /// <summary>All that is wrong beyond what reading found.</summary>
    public static IReadOnlyList<FieldProblem> Validate(ApiOptions options)
    {
        var problems = new List<FieldProblem>();
        if (!options.IsLoopback && !options.WantsToken)
        {
            problems.Add(new(
                "api.tokens",
                null,
                $"The API listens on {options.Listen.Host}, where others can reach it, and nobody would have to say who they are.",
                "Name tokens {name, sha256, roles: [view, operate, approve, breakglass]}, on Kubernetes enable api.kubernetesTokens, or listen on 127.0.0.1."));
        }

        foreach (var name in options.Tokens.GroupBy(token => token.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            problems.Add(new("api.tokens", name, "Two tokens have this name; the audit trail could not tell them apart.", "Give each its own name."));
        }

        var read = options.Tokens.Where(token => token.Sha256.Span.ContainsAnyExcept((byte)0));
        foreach (var same in read.GroupBy(token => Convert.ToHexString(token.Sha256.Span), StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            problems.Add(new(
                "api.tokens",
                string.Join(", ", same.Select(token => token.Name)),
                "These have the same token; the audit trail could not tell them apart.",
                "Give each a token of its own."));
        }

        return problems;
    }
}
