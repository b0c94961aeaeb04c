namespace CanaryController.Core.Analysis;

/// <summary>
/// How much worse than tolerated a canary is imagined to be: 24 points from 1.2 to 50 times, evenly spaced in the logarithm, each as likely as the others.
/// A test's evidence is the mean over them, so that small and large faults are both found soon.
/// </summary>
internal static class EffectGrid
{
    /// <summary>The number of points.</summary>
    public const int Count = 24;

    private const double Smallest = 1.2;
    private const double Largest = 50;

    private static readonly double[] LogPoints = [.. Enumerable.Range(0, Count).Select(Point)];

    private static readonly double[] ExcessPoints = [.. LogPoints.Select(static d => Math.Exp(d) - 1)];

    /// <summary>The points d, natural logarithms of the ratio.</summary>
    public static ReadOnlySpan<double> Logs => LogPoints;

    /// <summary>e^d - 1 at each point.</summary>
    public static ReadOnlySpan<double> Excesses => ExcessPoints;

    private static double Point(int index) => Math.Log(Smallest) + (index * (Math.Log(Largest) - Math.Log(Smallest)) / (Count - 1));
}
