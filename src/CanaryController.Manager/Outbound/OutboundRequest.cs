namespace CanaryController.Manager.Outbound;

/// <summary>A POST to an address that stands in the text of a user.</summary>
/// <param name="Url">Where. Http or https; whether it is allowed is checked when it is sent.</param>
/// <param name="Body">What.</param>
/// <param name="ContentType">Of what type that is.</param>
/// <param name="Timeout">How long it may take, from the look-up of the name to the end of the answer.</param>
internal sealed record OutboundRequest(Uri Url, ReadOnlyMemory<byte> Body, string ContentType, TimeSpan Timeout)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Asks with GET instead, without the body.</summary>
    public bool IsGet { get; init; }

    /// <summary>How much of an answer is read, in bytes; the rest is left and the connection closed. Default 16 KB, at most 1 MB.</summary>
    public int MaxAnswerBytes { get; init; } = 16 << 10;
}

/// <summary>What a request came to.</summary>
/// <param name="Outcome">Answered or why not.</param>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="Problem">What is wrong in one sentence, which names the host and nothing else of the address; null when it was answered.</param>
internal sealed record OutboundAnswer(OutboundOutcome Outcome, int Status, string? Problem)
{
    /// <summary>How long the receiver asked to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answer, or its beginning.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>2xx.</summary>
    public bool IsSuccess => Outcome is OutboundOutcome.Answered && Status is >= 200 and <= 299;

    /// <summary>The same may go well later: no answer, or 408, 425, 429 or 5xx.</summary>
    public bool MayRecover => Outcome is OutboundOutcome.Unreachable or OutboundOutcome.TimedOut || Status is 408 or 425 or 429 or >= 500;
}

/// <summary>What a request came to.</summary>
internal enum OutboundOutcome
{
    /// <summary>There is an answer, whatever it says.</summary>
    Answered,

    /// <summary>The configuration does not allow the target, now or at this address.</summary>
    NotAllowed,

    /// <summary>Nobody answers there.</summary>
    Unreachable,

    /// <summary>The time was over.</summary>
    TimedOut,
}
