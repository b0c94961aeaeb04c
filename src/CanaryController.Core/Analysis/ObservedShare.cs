using CanaryController.Core.Traffic;

namespace CanaryController.Core.Analysis;

/// <summary>The canary's share of the requests that were counted at a step: what the split came to, whatever the router says of itself.</summary>
/// <param name="Canary">Requests that the canary answered.</param>
/// <param name="All">Those of both versions.</param>
public readonly record struct ObservedShare(long Canary, long All)
{
    /// <summary>Fewer requests than this say nothing.</summary>
    public const long MinRequests = 50;

    /// <summary>Chance alone goes beyond this many standard deviations once in a thousand looks.</summary>
    private const double Deviations = 3.29;

    /// <summary>Routers round, and divide connections: a tenth of the weight, and half a percent of all, is no difference.</summary>
    private const double RelativeTolerance = 0.1;
    private const double AbsoluteTolerance = 0.005;

    /// <summary>0 to 1; null without requests.</summary>
    public double? Ratio => All > 0 ? (double)Canary / All : null;

    /// <summary>How it stands to the wanted weight. A sample that is too small to tell is inconclusive, not a difference.</summary>
    public ShareVerdict Against(CanaryWeight wanted)
    {
        if (All < MinRequests)
        {
            return ShareVerdict.Inconclusive;
        }

        var weight = (double)wanted.Percent / 100;
        var difference = Math.Abs(((double)Canary / All) - weight);
        var tolerance = Math.Max(AbsoluteTolerance, RelativeTolerance * Math.Min(weight, 1 - weight));
        var chance = Deviations * Math.Sqrt(weight * (1 - weight) / All);
        return difference <= tolerance
            ? chance <= tolerance ? ShareVerdict.AsWanted : ShareVerdict.Inconclusive
            : difference <= chance + tolerance ? ShareVerdict.Inconclusive : ShareVerdict.Differs;
    }
}

/// <summary>How the observed share stands to the wanted weight.</summary>
public enum ShareVerdict
{
    /// <summary>Too few requests to tell.</summary>
    Inconclusive,

    /// <summary>As wanted, within what chance and rounding explain.</summary>
    AsWanted,

    /// <summary>Chance does not explain it: the router has not taken the split up everywhere, clients bypass it, or a version takes no requests.</summary>
    Differs,
}
