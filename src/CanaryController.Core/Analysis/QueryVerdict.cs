namespace CanaryController.Core.Analysis;

/// <summary>What a metric of the user's own comes to.</summary>
internal static class QueryVerdict
{
    /// <summary>Judges; <paramref name="problem"/> is the provider's latest error.</summary>
    public static MetricJudgement Judge(QueryTrack track, string? problem, in JudgeRequest request)
    {
        var (verdict, message) = Say(track, problem, request);
        return new() { Name = track.Spec.Name, Verdict = verdict, Value = track.Newest?.Value, Message = message + '.' };
    }

    private static (Verdict Verdict, string Message) Say(QueryTrack track, string? problem, in JudgeRequest request)
    {
        var spec = track.Spec;
        if (track.FailedOn is { } failedOn)
        {
            var limit = spec.FailureLimit == 0 ? "none is allowed" : $"{Wording.Count(spec.FailureLimit)} allowed";
            return (Verdict.Failed, $"{Outside(spec, failedOn)}: {Measurements(track.Failures)} of {Wording.Count(track.Measurements)} outside the limits, {limit}");
        }

        if (problem is not null)
        {
            return (Verdict.ProviderError, $"the provider did not answer: {problem}");
        }

        if (track.MeasuredAt is not { } measuredAt || track.Newest is not { } newest)
        {
            return (Verdict.NoData, track.MeasuredAt is null ? "not measured yet" : "the query has returned no value yet");
        }

        var stale = CountVerdict.StaleAfter(spec.Interval);
        if (newest.At < measuredAt || request.Now - newest.At > stale)
        {
            return (Verdict.NoData, $"no value for {Wording.Duration(request.Now - newest.At)}: the last was {Wording.Number(newest.Value)}");
        }

        if (request.StepSince is not { } since || newest.At < since)
        {
            return (Verdict.NoData, "not measured yet at this step");
        }

        return track.IsWithin(newest.Value)
            ? (Verdict.Passed, $"{Wording.Number(newest.Value)} is within {Limits(spec)}")
            : (Verdict.Inconclusive,
                $"{Outside(spec, newest.Value)}: {Measurements(track.Failures)} outside the limits, {Wording.Count(spec.FailureLimit)} allowed");
    }

    private static string Measurements(int count) => count == 1 ? "1 measurement" : $"{Wording.Count(count)} measurements";

    private static string Outside(MetricSpec spec, double value) =>
        value < spec.Min ? $"{Wording.Number(value)} is below {Wording.Number(spec.Min.Value)}" : $"{Wording.Number(value)} is above {Wording.Number(spec.Max ?? value)}";

    private static string Limits(MetricSpec spec) => (spec.Min, spec.Max) switch
    {
        ({ } min, { } max) => $"{Wording.Number(min)} to {Wording.Number(max)}",
        ({ } min, null) => $"its limit, at least {Wording.Number(min)}",
        (null, { } max) => $"its limit, at most {Wording.Number(max)}",
        (null, null) => "its limits: it has none",
    };
}
