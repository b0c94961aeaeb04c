namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Status codes as exporters write them.</summary>
internal static class StatusCodes
{
    /// <summary>
    /// True for a status that is the server's fault: <c>503</c>, <c>5xx</c>. Null when it is none of HTTP: a word like <c>error</c> tells how a request ended in a way that is not known here, and must
    /// not count as a good one.
    /// </summary>
    public static bool? IsServerError(string code) => code is [>= '1' and <= '9', var second, var third] && IsRest(second) && IsRest(third) ? code[0] == '5' : null;

    private static bool IsRest(char place) => char.IsAsciiDigit(place) || place is 'x' or 'X';

    /// <summary>
    /// True for a gRPC status that is the server's fault: unknown, deadline exceeded, resource exhausted, unimplemented, internal, unavailable, data loss (grpc, "Status codes and their
    /// use in gRPC"). Null when there is none.
    /// </summary>
    public static bool? IsGrpcServerError(string status) => status.Length == 0
        ? null
        : status is "2" or "4" or "8" or "12" or "13" or "14" or "15"
            or "UNKNOWN" or "DEADLINE_EXCEEDED" or "RESOURCE_EXHAUSTED" or "UNIMPLEMENTED" or "INTERNAL" or "UNAVAILABLE" or "DATA_LOSS";
}
