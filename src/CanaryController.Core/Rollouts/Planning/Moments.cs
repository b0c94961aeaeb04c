namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Moments that a duration after another lead to. They saturate: a duration may be as long as the type allows.</summary>
internal static class Moments
{
    public static DateTimeOffset After(DateTimeOffset since, TimeSpan duration) =>
        duration >= DateTimeOffset.MaxValue - since ? DateTimeOffset.MaxValue
        : duration <= TimeSpan.Zero ? since
        : since + duration;

    public static DateTimeOffset? After(DateTimeOffset? since, TimeSpan duration) => since is { } start ? After(start, duration) : null;

    public static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left <= right ? left : right;

    /// <summary>When the hold of the present step is over; null until the step's full weight was taken up.</summary>
    public static DateTimeOffset? HoldEnd(RolloutSpec spec, RolloutState state)
    {
        if (state.StepSince is not { } since)
        {
            return null;
        }

        var start = After(state.TrafficSince, spec.Analysis.WarmUp) is { } warm && warm > since ? warm : since;
        return After(start, Steps.Present(state).Hold);
    }

    public static DateTimeOffset? ProgressDeadline(RolloutSpec spec, RolloutState state) => After(state.WaitingSince, spec.ProgressDeadline);

    public static DateTimeOffset? HoldLimit(RolloutSpec spec, RolloutState state) => After(state.HeldSince, spec.Analysis.HoldLimit);

    public static DateTimeOffset? DrainEnd(RolloutSpec spec, RolloutState state) => After(state.DrainSince, spec.DrainDelay);

    /// <summary>When a deletion stops waiting for the router's answer.</summary>
    public static DateTimeOffset? AnswerEnd(RolloutState state) => After(state.WaitingSince, Aborting.LongestUnanswered);

    public static DateTimeOffset? ApprovalTimeout(RolloutState state) =>
        state.Phase is RolloutPhase.WaitingApproval && Steps.Present(state).Approval is { Timeout: { } timeout } ? After(state.PhaseSince, timeout) : null;
}
