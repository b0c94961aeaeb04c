namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>How a query ended.</summary>
internal enum QueryOutcome
{
    /// <summary>Answered, and the answer was read to its end.</summary>
    Ok,

    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No whole answer within the deadline.</summary>
    TimedOut,

    /// <summary>The provider says that the query or the request is wrong, or that it failed.</summary>
    Refused,

    /// <summary>The answer is not what the API promises, or holds what no counter can.</summary>
    Malformed,

    /// <summary>The answer is larger than is read; ask for less at once.</summary>
    TooLarge,

    /// <summary>The provider answered, and warns that something may be missing.</summary>
    Warned,
}

/// <summary>How a query ended, and why in one sentence when it did not end well.</summary>
internal readonly record struct QueryResult(QueryOutcome Outcome, string? Problem)
{
    /// <summary>Answered.</summary>
    public static QueryResult Ok => new(QueryOutcome.Ok, null);
}

/// <summary>Takes a query's answer series by series. The spans live as long as the call.</summary>
internal interface ISeriesSink
{
    /// <summary>A series begins.</summary>
    /// <param name="labels">Its label set as the JSON object that the provider wrote: the same bytes for the same series.</param>
    void Begin(ReadOnlySpan<byte> labels);

    /// <summary>One sample of it.</summary>
    /// <param name="timestampMs">Milliseconds since the Unix epoch.</param>
    /// <param name="value">The value; may be NaN or infinite.</param>
    void Sample(long timestampMs, double value);

    /// <summary>It ends.</summary>
    void End();
}
