namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Takes the answer of a user's query: one value a moment at most.</summary>
internal sealed class CustomMeasurements : ISeriesSink
{
    private const string Several = "The query returns several series; one number is expected: aggregate them, for example with sum(...).";
    private const string Infinite = "The query returns an infinite value; a division by zero is the usual cause.";

    private readonly Dictionary<long, double> _values = [];
    private readonly Dictionary<long, string> _problems = [];

    /// <summary>The value at a moment; null = no data, or none that can be used.</summary>
    public double? At(long timestampMs) =>
        _values.TryGetValue(timestampMs, out var value) && !double.IsNaN(value) && !_problems.ContainsKey(timestampMs) ? value : null;

    /// <summary>Why the answer at a moment cannot be used; null when it can. It is that moment's alone: the ones after it are judged by what they say.</summary>
    public string? ProblemAt(long timestampMs) => _problems.GetValueOrDefault(timestampMs);

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
            _problems.TryAdd(timestampMs, Several);
        }
        else if (double.IsInfinity(value))
        {
            _problems.TryAdd(timestampMs, Infinite);
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        // Nothing is kept by series.
    }
}
