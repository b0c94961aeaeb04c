namespace CanaryController.Benchmarks;

/// <summary>One measured number.</summary>
/// <param name="Bench">What was run.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit; <c>x</c> for a ratio.</param>
/// <param name="AtMost">The budget that it may not exceed; null when there is none.</param>
/// <param name="AtLeast">The goal that it should reach; null when there is none.</param>
internal sealed record Figure(string Bench, string Name, double Value, string Unit, double? AtMost = null, double? AtLeast = null)
{
    /// <summary>Whether budget and goal are kept; null when there is neither.</summary>
    public bool? Kept => (AtMost, AtLeast) switch
    {
        (null, null) => null,
        ({ } most, null) => Value <= most,
        (null, { } least) => Value >= least,
        ({ } most, { } least) => Value <= most && Value >= least,
    };
}
