namespace CanaryController.Core.Analysis;

/// <summary>
/// A sequential test's evidence E, mixed over the effects of <see cref="EffectGrid"/> and over when the fault may have begun, so that a healthy past
/// does not hide a new fault. The j-th start has weight 1/(j(j+1)); those still to come count as 1: together E = 1/(J+1) + mean over m of exp(V_m) with
/// V_m = log of the sum over the begun starts of w_j L_m(since j). All begun starts share what comes next, so V_m alone is kept: increments are added to it, and
/// a start adds its weight. By Ville's inequality E reaches 1/alpha with probability alpha at most while the tested rate is tolerable, however often one looks.
/// </summary>
internal sealed class StartMixture
{
    private readonly double[] _logs = new double[EffectGrid.Count];
    private long _begun;

    /// <summary>Nothing seen, nothing begun: E = 1.</summary>
    public StartMixture() => Array.Fill(_logs, double.NegativeInfinity);

    /// <summary>V, one number an effect. A test adds its log likelihood ratios here.</summary>
    public Span<double> Logs => _logs;

    /// <summary>ln E.</summary>
    public double LnEvidence
    {
        get
        {
            var largest = Largest();
            if (double.IsNegativeInfinity(largest))
            {
                return -Math.Log(_begun + 1);
            }

            var sum = 0.0;
            foreach (var log in _logs)
            {
                sum += Math.Exp(log - largest);
            }

            return LogAdd(-Math.Log(_begun + 1), largest + Math.Log(sum / EffectGrid.Count));
        }
    }

    /// <summary>Begins starts until <paramref name="count"/> have begun. Those begun together weigh 1/(J+1) - 1/(count+1) together.</summary>
    public void BeginStarts(long count)
    {
        if (count <= _begun)
        {
            return;
        }

        var weight = (count - _begun) / ((double)(_begun + 1) * (count + 1));
        var log = Math.Log(weight);
        for (var m = 0; m < _logs.Length; m++)
        {
            _logs[m] = LogAdd(_logs[m], log);
        }

        _begun = count;
    }

    /// <summary>True when ln E is at least <paramref name="lnLimit"/> (above ln 4). Takes exponentials only when it comes near.</summary>
    public bool Reaches(double lnLimit) => Largest() >= lnLimit - Math.Log(2) && LnEvidence >= lnLimit;

    /// <summary>Makes this one equal to <paramref name="other"/>.</summary>
    public void CopyFrom(StartMixture other)
    {
        other._logs.CopyTo(_logs, 0);
        _begun = other._begun;
    }

    private static double LogAdd(double a, double b)
    {
        var (high, low) = a >= b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }

    private double Largest()
    {
        var largest = double.NegativeInfinity;
        foreach (var log in _logs)
        {
            largest = Math.Max(largest, log);
        }

        return largest;
    }
}
