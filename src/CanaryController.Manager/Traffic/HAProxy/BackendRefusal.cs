namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Why a backend cannot be divided by weights, whatever they are.</summary>
internal static class BackendRefusal
{
    private const string Fix = "write balance roundrobin";

    /// <summary>
    /// One sentence; null when it can be divided. <c>roundrobin</c> follows weights exactly and <c>random</c> on average. Those that hash follow them with <c>hash-type consistent</c> only, which the
    /// socket does not tell: without it HAProxy itself refuses the first weight between 0 and all.
    /// </summary>
    public static string? Of(ProxyBackend backend) => backend.Algorithm switch
    {
        // Visitors with a cookie stay with a server whose weight is 0, so that a rollback would not reach them.
        _ when backend.KeepsVisitors => $"Backend '{backend.Name}' keeps visitors on their server by a cookie, also on one whose weight is 0: take the cookie line out.",
        // Old versions have no word for random but unknown.
        "roundrobin" or "random" or "unknown" or "source" or "uri" or "url_param" or "hdr" or "rdp-cookie" or "hash" => null,
        // Among servers without a connection each gets the same, so that at little load a canary of 5 % gets half of the requests.
        "leastconn" => $"Backend '{backend.Name}' has balance leastconn, which asks connections before weights and gives a canary far more than its share while there are few: {Fix}.",
        "static-rr" => $"Backend '{backend.Name}' has balance static-rr, whose weights cannot change while HAProxy runs: {Fix}.",
        "first" => $"Backend '{backend.Name}' has balance first, which ignores weights: {Fix}.",
        "" => $"The socket does not tell how backend '{backend.Name}' balances, as sockets below level operator do not: write level admin at the stats socket line.",
        var other => $"Backend '{backend.Name}' has balance {other}, which is not known to follow weights: {Fix}.",
    };
}
