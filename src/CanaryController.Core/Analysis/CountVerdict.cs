namespace CanaryController.Core.Analysis;

/// <summary>What a counted metric comes to. The order of the questions is the order of precedence: a failure outranks everything, missing is never a pass.</summary>
internal static class CountVerdict
{
    /// <summary>How old the newest sample may be: three scrapes, 15 s at least.</summary>
    public static TimeSpan StaleAfter(TimeSpan interval) => TimeSpan.FromSeconds(Math.Max(3 * interval.TotalSeconds, 15));

    /// <summary>Judges; <paramref name="log10Limit"/> is log10 of 1/alpha.</summary>
    public static MetricJudgement Judge(CountTrack track, in CountContext context, in JudgeRequest request, double log10Limit)
    {
        var counts = track.SinceStep;
        var (verdict, message) = Say(track, context, request, counts);
        return new()
        {
            Name = track.Spec.Name,
            Verdict = verdict,
            Value = Good(counts.CanaryTotal, counts.CanaryBad),
            StableValue = Good(counts.StableTotal, counts.StableBad),
            BoundSeconds = context.BoundSeconds,
            Requests = counts.CanaryTotal,
            Evidence = Math.Max(Log10(track.Threshold), Log10(track.Comparison)) is var evidence && double.IsFinite(evidence) ? evidence : 0,
            EvidenceLimit = log10Limit,
            Message = message + '.',
        };
    }

    private static (Verdict Verdict, string Message) Say(CountTrack track, in CountContext context, in JudgeRequest request, in BlockCounts counts)
    {
        var words = new CountWording(track, context.BoundSeconds);
        if (track.Threshold?.Rejection is { } below)
        {
            return (Verdict.Failed, words.Rejected(below));
        }

        if (track.Comparison?.Rejection is { } worse)
        {
            return (Verdict.Failed, words.RejectedAgainstStable(worse));
        }

        if (context.Problem is not null)
        {
            return (Verdict.ProviderError, $"the provider did not answer: {context.Problem}");
        }

        if ((context.Obstacle ?? Missing(track, request.Now)) is { } missing)
        {
            return (Verdict.NoData, missing);
        }

        var asked = Math.Max(1, request.MinRequests);
        if (request.StepSince is null)
        {
            return (Verdict.BelowMinRequests, "the router has not taken this step's split up yet");
        }

        return counts.CanaryTotal < asked ? (Verdict.BelowMinRequests, CountWording.TooFew(counts, asked)) : Compare(track, words, counts);
    }

    private static string? Missing(CountTrack track, DateTimeOffset now)
    {
        var (canaryMs, stableMs) = track.NewestMs;
        if (canaryMs is not { } canary)
        {
            return "no series of the canary has been seen";
        }

        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(canary);
        var stale = StaleAfter(TimeSpan.FromMilliseconds(track.BlockMs));
        if (age > stale)
        {
            return $"the canary's newest sample is {Wording.Duration(age)} old";
        }

        // Nobody could tell that the samples have stopped, nor since when the step is counted.
        if (age < -stale)
        {
            return $"the canary's newest sample is {Wording.Duration(-age)} in the future: the clocks of Prometheus and of this machine differ";
        }

        return (track.Comparison, stableMs, track.Threshold, track.Total.StableTotal) switch
        {
            (null, _, _, _) => null,
            (_, null, _, _) => "no series of stable to compare with has been seen",
            (_, _, null, 0) => "stable has had no requests to compare with",
            (_, _, _, _) => null,
        };
    }

    private static (Verdict Verdict, string Message) Compare(CountTrack track, CountWording words, in BlockCounts counts)
    {
        var spec = track.Spec;
        var rate = (double)counts.CanaryBad / counts.CanaryTotal;
        if (track.Threshold is not null && rate > CountedLimits.AllowedRate(spec) * (1 + 1e-9))
        {
            return (Verdict.Inconclusive, words.Beyond(counts));
        }

        return IsWorseThanTolerated(spec, counts)
            ? (Verdict.Inconclusive, words.BeyondStable(counts))
            : (Verdict.Passed, words.Within(counts));
    }

    /// <summary>
    /// The ratio since the step began is above the tolerated one, and chance alone would show as much less than once in 20 steps. A ratio that is merely above is no
    /// reason to hold: at a few bad requests an arm every second healthy canary's is.
    /// </summary>
    private static bool IsWorseThanTolerated(MetricSpec spec, in BlockCounts counts) =>
        spec.TolerateRatio is { } ratio
        && counts is { CanaryTotal: > 0, StableTotal: > 0 }
        && BinomialTail.IsUnlikely(counts.CanaryBad, counts.CanaryBad + counts.StableBad, ComparisonTest.ToleratedShare(ratio, counts));

    private static double Log10(SequentialRun? run) =>
        run is null ? double.NegativeInfinity : Math.Max(run.LnEvidence, run.Rejection?.LnEvidence ?? double.NegativeInfinity) / Math.Log(10);

    private static double? Good(long total, long bad) => total > 0 ? 1 - ((double)bad / total) : null;
}

/// <summary>What the ledger knows beside the counts.</summary>
/// <param name="BoundSeconds">The bucket bound that bad events are counted with.</param>
/// <param name="Problem">The provider's latest error.</param>
/// <param name="Obstacle">Why nothing can be counted, in a sentence; null when it can.</param>
internal readonly record struct CountContext(double? BoundSeconds, string? Problem, string? Obstacle);
