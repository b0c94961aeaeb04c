namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Takes the answer of a user's query: one value a moment at most.</summary>
internal sealed class CustomMeasurements : ISeriesSink
{
    private readonly Dictionary<long, double> _values = [];

    /// <summary>Why the answer cannot be used; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The value at a moment; null = no data.</summary>
    public double? At(long timestampMs) => _values.TryGetValue(timestampMs, out var value) && !double.IsNaN(value) ? value : null;

    /// <inheritdoc/>
    public void Begin(ReadOnlySpan<byte> labels)
    {
        // Which series it is does not matter: there may be one at a time.
    }

    /// <inheritdoc/>
    public void Sample(long timestampMs, double value)
    {
        if (!_values.TryAdd(timestampMs, value))
        {
            Problem ??= "The query returns several series; one number is expected: aggregate them, for example with sum(...).";
        }
        else if (double.IsInfinity(value))
        {
            Problem ??= "The query returns an infinite value; a division by zero is the usual cause.";
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        // Nothing is kept by series.
    }
}
