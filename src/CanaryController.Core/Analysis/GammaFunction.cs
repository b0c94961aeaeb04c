namespace CanaryController.Core.Analysis;

/// <summary>ln Gamma, and ln Beta from it.</summary>
internal static class GammaFunction
{
    private const double Shift = 12;

    /// <summary>
    /// ln Gamma(x) for x above 0, to about 14 digits: Stirling's series (Abramowitz and Stegun 6.1.41), after raising small x by the recurrence.
    /// </summary>
    public static double Ln(double x)
    {
        var raised = 0.0;
        for (; x < Shift; x++)
        {
            raised += Math.Log(x);
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square * ((1.0 / 1680) - (square / 1188))))))));
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - raised;
    }

    /// <summary>ln B(a, b).</summary>
    public static double LnBeta(double a, double b) => Ln(a) + Ln(b) - Ln(a + b);
}
