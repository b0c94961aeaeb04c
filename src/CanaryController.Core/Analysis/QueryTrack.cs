namespace CanaryController.Core.Analysis;

/// <summary>One metric of the user's own: values judged one by one, as they are measured.</summary>
/// <param name="spec">The metric.</param>
/// <param name="countFrom">Measurements before are ignored.</param>
internal sealed class QueryTrack(MetricSpec spec, DateTimeOffset countFrom)
{
    /// <summary>The metric.</summary>
    public MetricSpec Spec => spec;

    /// <summary>The newest measurement that had a value.</summary>
    public (DateTimeOffset At, double Value)? Newest { get; private set; }

    /// <summary>When the newest measurement was made, with or without a value.</summary>
    public DateTimeOffset? MeasuredAt { get; private set; }

    /// <summary>How many measurements were outside the limits.</summary>
    public int Failures { get; private set; }

    /// <summary>How many had a value.</summary>
    public int Measurements { get; private set; }

    /// <summary>The measurement that exceeded the failure limit; null when none did.</summary>
    public double? FailedOn { get; private set; }

    /// <summary>True when the failure limit was exceeded.</summary>
    public bool Failed => FailedOn is not null;

    /// <summary>A measurement; null, NaN and the infinities are no data.</summary>
    public void Observe(DateTimeOffset at, double? value)
    {
        if (at < countFrom || at <= MeasuredAt)
        {
            return;
        }

        MeasuredAt = at;
        if (value is not { } measured || !double.IsFinite(measured))
        {
            return;
        }

        Newest = (at, measured);
        Measurements++;
        if (!IsWithin(measured))
        {
            Failures++;
            FailedOn ??= Failures > spec.FailureLimit ? measured : null;
        }
    }

    /// <summary>True when <paramref name="value"/> keeps the limits.</summary>
    public bool IsWithin(double value) => !(value < spec.Min) && !(value > spec.Max);
}
