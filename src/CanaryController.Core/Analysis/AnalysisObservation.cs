namespace CanaryController.Core.Analysis;

/// <summary>What the metrics say of one attempt at one step.</summary>
/// <param name="Revision">The revision judged; another than the present one is ignored.</param>
/// <param name="Attempt">The attempt judged; likewise.</param>
/// <param name="StepIndex">The step that the point values count from; another step's never let a step be left, but a failure counts.</param>
/// <param name="CanaryRequestsInStep">Requests that the canary answered since the step began; null when not known.</param>
/// <param name="Metrics">One judgement a metric.</param>
public sealed record AnalysisObservation(
    string Revision, int Attempt, int StepIndex, long? CanaryRequestsInStep, EquatableArray<MetricJudgement> Metrics)
{
    /// <summary>Requests that both versions answered since the step began; null when not known.</summary>
    public long? AllRequestsInStep { get; init; }

    /// <summary>The canary's share of them; null when not known.</summary>
    public ObservedShare? Share => (CanaryRequestsInStep, AllRequestsInStep) is ({ } canary, { } all) ? new(canary, all) : null;
}

/// <summary>One metric's judgement.</summary>
public sealed record MetricJudgement
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it comes to.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>
    /// The canary's point value since the step began, in base units; null when there is none. Built-in metrics: the share of good requests, 0 to 1; for durations
    /// these are the ones within the bucket bound that the threshold is judged by, to be shown as <c>98.9 % within 500 ms</c>.
    /// </summary>
    public double? Value { get; init; }

    /// <summary>For durations: the bucket bound, in seconds, that the judged requests are within; null when there is none, and for other metrics.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>Stable's over the same time; null when there is none.</summary>
    public double? StableValue { get; init; }

    /// <summary>The canary's requests behind <see cref="Value"/>.</summary>
    public long Requests { get; init; }

    /// <summary>
    /// The strongest evidence against the canary, as log10 of the odds; at <see cref="EvidenceLimit"/> it is rolled back. 0 and below: none. Once it was reached, the
    /// largest of then and now. Always 0 for own queries.
    /// </summary>
    public double Evidence { get; init; }

    /// <summary>log10 of 1/alpha for this test.</summary>
    public double EvidenceLimit { get; init; }

    /// <summary>The verdict in one sentence, with value and threshold.</summary>
    public required string Message { get; init; }
}

/// <summary>What a metric says of the canary.</summary>
public enum Verdict
{
    /// <summary>Within the limits since the step began, on enough requests.</summary>
    Passed,

    /// <summary>The evidence against it is overwhelming, or the failure limit is exceeded: roll back.</summary>
    Failed,

    /// <summary>Outside the limits, but by what chance may explain: hold.</summary>
    Inconclusive,

    /// <summary>No series, or none that is fresh.</summary>
    NoData,

    /// <summary>Too few requests to say.</summary>
    BelowMinRequests,

    /// <summary>The provider is down, slow, or refuses the query.</summary>
    ProviderError,
}
