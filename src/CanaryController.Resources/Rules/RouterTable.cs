using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>Whether a router can do something.</summary>
public enum Support
{
    /// <summary>It can, and this version does.</summary>
    Yes,

    /// <summary>It could; this version does not ask it.</summary>
    Later,

    /// <summary>It cannot.</summary>
    No,
}

/// <summary>What a router can do.</summary>
/// <param name="Router">The router.</param>
/// <param name="Divides">What it divides, for people: <c>requests</c>.</param>
/// <param name="FinestPercent">The smallest share that it can give whatever stands beside: percent, and each multiple of it. Null when that depends on how many instances there are.</param>
/// <param name="Headers">A step's <c>match.headers</c>: requests picked by exact headers.</param>
/// <param name="Cookies">A step's <c>match.cookies</c>: by exact cookies.</param>
/// <param name="Mirror">A step's <c>mirror</c>.</param>
/// <param name="Grpc">gRPC, call by call.</param>
/// <param name="Tcp">Connections that are not HTTP.</param>
/// <param name="TakeUp">How it is known that a split is in force.</param>
public sealed record RouterAbilities(RouterType Router, string Divides, decimal? FinestPercent, Support Headers, Support Cookies, Support Mirror, Support Grpc, Support Tcp, string TakeUp)
{
    /// <summary>How many headers and how many cookies a step may have at most; null = as many as a step can have.</summary>
    public int? MostOfEach { get; init; }

    /// <summary>The only value that a cookie is matched by; null = any.</summary>
    public string? OnlyCookieValue { get; init; }

    /// <summary>A name or value that is matched consists of letters, digits and <c>- . _ ~ / :</c>.</summary>
    public bool MatchesPlainTextOnly { get; init; }

    /// <summary>Why it cannot do something that others can, or how far it can, as a sentence without its end; empty where that needs no word.</summary>
    public string Remark { get; init; } = "";

    /// <summary>The row in words: <c>requests in steps of 0.01 %, headers, cookies, no mirror, gRPC, no TCP</c>, and the remark.</summary>
    public override string ToString() => string.Join(
        ", ",
        $"{Divides} {(FinestPercent is { } finest ? $"in steps of {finest} %" : "as finely as the instances allow")}",
        Said(Headers, "headers"), Said(Cookies, "cookies"), Said(Mirror, "mirror"), Said(Grpc, "gRPC"), Said(Tcp, "TCP")) + (Remark.Length == 0 ? "" : $"; {Remark}");

    private static string Said(Support support, string what) => support is Support.Yes ? what : $"no {what}";
}

/// <summary>The only place that says what each router can do: lint and admission refuse by it, and docs/routers/README.md shows it.</summary>
public static class RouterTable
{
    private const decimal Fine = 0.01m;
    private const string Stored = "stored; no status";
    private const string Parents = "Accepted and ResolvedRefs of its parents";
    private const string ReadBack = "read back";

    /// <summary>A row for each router.</summary>
    public static IReadOnlyList<RouterAbilities> Rows { get; } =
    [
        new(RouterType.Gateway, "requests", Fine, Support.Yes, Support.Yes, Support.No, Support.No, Support.No, ReadBack),
        new(RouterType.GatewayAPI, "requests; TCPRoutes connections", Fine, Support.Yes, Support.No, Support.Yes, Support.Yes, Support.Yes, Parents)
        {
            Remark = "cookies are matched by regular expressions, which an implementation need not know: it would refuse the whole route",
        },
        new(RouterType.ReplicaRatio, "connections by pods", null, Support.No, Support.No, Support.No, Support.No, Support.Yes, "pods counted"),
        new(RouterType.Istio, "requests, connections", Fine, Support.Yes, Support.Yes, Support.Yes, Support.Yes, Support.Yes, Stored),
        new(RouterType.Linkerd, "requests", Fine, Support.Yes, Support.Yes, Support.No, Support.Yes, Support.No, "Accepted and ResolvedRefs of linkerd.io/policy-controller"),
        new(RouterType.SMI, "requests, connections", Fine, Support.No, Support.No, Support.No, Support.Yes, Support.Yes, Stored),
        new(RouterType.Traefik, "requests, connections", Fine, Support.Yes, Support.Yes, Support.Yes, Support.Yes, Support.Yes, Stored)
        {
            Remark = "headers and cookies by an IngressRoute, mirrors by a TraefikService: a rollout does one of the two",
        },
        new(RouterType.Contour, "requests, connections", Fine, Support.Yes, Support.Yes, Support.Yes, Support.Yes, Support.Yes, "Valid with its generation"),
        new(RouterType.IngressNginx, "requests", Fine, Support.Yes, Support.Yes, Support.No, Support.Yes, Support.No, Stored)
        {
            MostOfEach = 1, OnlyCookieValue = "always", MatchesPlainTextOnly = true, Remark = "one header and one cookie a step, the cookie by the value always",
        },
        new(RouterType.Consul, "requests", Fine, Support.Yes, Support.Yes, Support.No, Support.Yes, Support.No, "read back; on Kubernetes Synced")
        {
            Remark = "headers and cookies on Kubernetes by a ServiceRouter",
        },
        new(RouterType.HAProxy, "requests, connections", null, Support.Yes, Support.Yes, Support.No, Support.Yes, Support.Yes, ReadBack)
        {
            Remark = "headers and cookies that the backend has a line for",
        },
    ];

    /// <summary>The row of <paramref name="router"/>.</summary>
    public static RouterAbilities Of(RouterType router) => Rows.First(row => row.Router == router);
}
