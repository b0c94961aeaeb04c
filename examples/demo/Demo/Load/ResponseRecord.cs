namespace CanaryController.Examples.Demo.Load;

/// <summary>What a user met.</summary>
/// <param name="Sent">When the request was sent, since the load began.</param>
/// <param name="Latency">Until the last byte.</param>
/// <param name="Status">The HTTP status; 0 when the connection failed or nothing came in time.</param>
/// <param name="Version">The version that answered; null when the shop did not.</param>
/// <param name="MadeByGateway">The gateway made the response itself, because it could not reach a version.</param>
internal readonly record struct ResponseRecord(TimeSpan Sent, TimeSpan Latency, int Status, string? Version, bool MadeByGateway)
{
    /// <summary>When it was over, since the load began.</summary>
    public TimeSpan Ended => Sent + Latency;

    /// <summary>The shop answered with a server error.</summary>
    public bool FailedByVersion => Version is not null && Status >= 500;

    /// <summary>Routing itself lost it: no connection or no answer, or a 502, 503 or 504 that the gateway made.</summary>
    public bool LostByRouting => Status == 0 || (MadeByGateway && Status is 502 or 503 or 504);
}
