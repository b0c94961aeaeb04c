namespace CanaryController.Core.Analysis;

/// <summary>The sentences about one counted metric.</summary>
/// <param name="track">The metric.</param>
/// <param name="boundSeconds">For durations: the bucket bound in use.</param>
internal sealed class CountWording(CountTrack track, double? boundSeconds)
{
    private const double SequenceAlpha = 0.01;

    private readonly MetricSpec _spec = track.Spec;

    private string Allowed => Wording.Limit(IsDuration ? CountedLimits.AllowedRate(_spec) : _spec.Min ?? 0);

    private string Bound => Wording.Duration(TimeSpan.FromSeconds(boundSeconds ?? _spec.Max ?? 0));

    private bool IsDuration => _spec.Kind == MetricKind.RequestDuration;

    /// <summary>Overwhelming evidence that the threshold is not kept.</summary>
    public string Rejected(Rejection rejection)
    {
        var counts = rejection.Counts;
        var odds = Wording.Odds(rejection.LnEvidence / Math.Log(10));
        return IsDuration
            ? $"{Slow(counts.CanaryTotal, counts.CanaryBad)} in {Stretch(rejection)}, {Allowed} allowed: {odds}"
            : $"{Success(counts.CanaryTotal, counts.CanaryBad)} in {Stretch(rejection)} is below {Allowed}: {odds}";
    }

    /// <summary>Overwhelming evidence that the canary is worse than tolerated.</summary>
    public string RejectedAgainstStable(Rejection rejection) =>
        $"{AgainstStable(rejection.Counts)} in {Stretch(rejection)}, at most {Tolerated} tolerated: {Wording.Odds(rejection.LnEvidence / Math.Log(10))}";

    /// <summary>Outside the threshold, by what chance may explain.</summary>
    public string Beyond(in BlockCounts counts) => IsDuration
        ? $"{Slow(counts.CanaryTotal, counts.CanaryBad)} since the step began, {Allowed} allowed: chance may still explain it"
        : $"{Success(counts.CanaryTotal, counts.CanaryBad)} since the step began is below {Allowed}: chance may still explain it";

    /// <summary>Worse than tolerated, by what chance may explain.</summary>
    public string BeyondStable(in BlockCounts counts) => $"{AgainstStable(counts)} since the step began, at most {Tolerated} tolerated: chance may still explain it";

    /// <summary>Too few requests.</summary>
    public static string TooFew(in BlockCounts counts, long asked) => counts.CanaryTotal == 0
        ? $"the canary has answered no request since the step began, {Wording.Count(asked)} asked"
        : $"the canary has answered {Wording.Count(counts.CanaryTotal)} of {Wording.Requests(asked)} since the step began";

    /// <summary>All is well.</summary>
    public string Within(in BlockCounts counts)
    {
        var value = IsDuration ? Slow(counts.CanaryTotal, counts.CanaryBad) : Success(counts.CanaryTotal, counts.CanaryBad);
        var threshold = (track.Threshold is not null, IsDuration) switch
        {
            (true, true) => $", {Allowed} allowed",
            (true, false) => $", at least {Allowed} asked",
            (false, _) => "",
        };
        return value + threshold + Beside(counts);
    }

    /// <summary>A duration's threshold that no bucket bound can tell.</summary>
    public static string NoBound(MetricSpec spec, MissingBound reason)
    {
        var max = Wording.Duration(TimeSpan.FromSeconds(spec.Max ?? 0));
        return reason switch
        {
            MissingBound.NotSeen => "no histogram of the canary's request durations has been seen",
            MissingBound.BelowEveryBucket => $"every bucket of the histogram is above {max}: it cannot tell which requests were slower; raise max or add a bucket",
            MissingBound.AboveTopBucket => $"the histogram's highest finite bucket is below {max}: it cannot tell which requests were slower; lower max or add a bucket",
            MissingBound.LooksLikeMilliseconds => "the histogram's buckets look like milliseconds where the source counts seconds: nothing is judged by it until the unit is right",
            MissingBound.LooksLikeSeconds => "the histogram's buckets look like seconds where the source counts milliseconds: nothing is judged by it until the unit is right",
        };
    }

    private string Tolerated => $"{Wording.Ratio(_spec.TolerateRatio ?? 1)} times";

    private string RateName => IsDuration ? "share of slow requests" : "error rate";

    private string Beside(in BlockCounts counts) => (_spec.TolerateRatio, counts) switch
    {
        (null, _) => "",
        (_, { StableTotal: 0 }) => "; stable has had no requests to compare with since the step began",
        (_, _) => $"; stable's {RateName} is {Wording.Share(Rate(counts.StableTotal, counts.StableBad))}",
    };

    private string AgainstStable(in BlockCounts counts)
    {
        var canary = Rate(counts.CanaryTotal, counts.CanaryBad);
        var stable = Rate(counts.StableTotal, counts.StableBad);
        var text = $"{RateName} {Wording.Share(canary)} of {Wording.Requests(counts.CanaryTotal)}";
        text += stable == 0
            ? $" against none of stable's {Wording.Count(counts.StableTotal)}"
            : $" is {Wording.Ratio(canary / stable)} times stable's {Wording.Share(stable)} of {Wording.Count(counts.StableTotal)}";
        var (low, high) = new RateRatioSequence(SequenceAlpha).Add(counts.CanaryTotal, counts.StableTotal, counts.CanaryBad, counts.StableBad);
        return double.IsFinite(high) ? $"{text} (with 99 % confidence {Wording.Ratio(low)} to {Wording.Ratio(high)})" : text;
    }

    private string Stretch(Rejection rejection) =>
        Wording.Duration(TimeSpan.FromMilliseconds((rejection.ThroughBlock - rejection.FromBlock + 1) * track.BlockMs));

    private string Slow(long total, long bad) => $"{Wording.Share(Rate(total, bad))} of {Wording.Requests(total)} slower than {Bound}";

    private static string Success(long total, long bad) => $"success rate {Wording.Share(1 - Rate(total, bad))} of {Wording.Requests(total)}";

    private static double Rate(long total, long bad) => total == 0 ? 0 : (double)bad / total;
}
