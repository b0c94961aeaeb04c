using Prometheus;

namespace CanaryController.Manager.Approvals.Signed;

/// <summary>Counts requests that come with a signature in the place of a token.</summary>
internal sealed class SignedRequestMetrics(IMetricFactory metrics)
{
    private readonly Counter _requests = metrics.CreateCounter(
        "canary_signed_requests_total",
        "Signed requests; way is Webhook or Slack, outcome Accepted, Unsigned, Unreadable, WrongSignature, Stale, Replayed, Full, Malformed, Forbidden or Refused.",
        ["way", "outcome"]);

    /// <summary>One came.</summary>
    public void Count(SignedWay way, SignedOutcome outcome) => _requests.WithLabels(way.ToString(), outcome.ToString()).Inc();
}

/// <summary>By what way.</summary>
internal enum SignedWay
{
    /// <summary>An approval webhook.</summary>
    Webhook,

    /// <summary>A button in Slack.</summary>
    Slack,
}

/// <summary>What became of it.</summary>
internal enum SignedOutcome
{
    /// <summary>It had its effect.</summary>
    Accepted,

    /// <summary>A header is missing or no header.</summary>
    Unsigned,

    /// <summary>The body was too large or too slow.</summary>
    Unreadable,

    /// <summary>No known key signed it.</summary>
    WrongSignature,

    /// <summary>It was signed too long ago, or before what it is about began.</summary>
    Stale,

    /// <summary>It came before.</summary>
    Replayed,

    /// <summary>More came than can be remembered.</summary>
    Full,

    /// <summary>It is signed, and cannot be understood.</summary>
    Malformed,

    /// <summary>Its sender may not do that.</summary>
    Forbidden,

    /// <summary>The rollout does not take it.</summary>
    Refused,
}
