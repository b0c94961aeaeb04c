using CanaryController.Core.Analysis;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>When time alone changes the decision.</summary>
internal static class Wake
{
    public static DateTimeOffset? At(Turn turn) => Moments.Earlier(Timers(turn), Future(turn, Windows.Opening(turn.State, turn.Seen)));

    private static DateTimeOffset? Timers(Turn turn)
    {
        var (spec, state) = (turn.Spec, turn.State);
        return state.Phase switch
        {
            RolloutPhase.Initializing => Future(turn, Moments.ProgressDeadline(spec, state)),
            RolloutPhase.Progressing => Earliest(
                Future(turn, Moments.ProgressDeadline(spec, state)),
                Future(turn, Moments.HoldEnd(spec, state)),
                spec.Analysis.OnHoldLimit is HoldLimitAction.Abort ? Future(turn, Moments.HoldLimit(spec, state)) : null),
            RolloutPhase.WaitingApproval => Earliest(Future(turn, Timeout(state)), Future(turn, Moments.HoldEnd(spec, state)), null),
            RolloutPhase.Promoting when state.HandOverStarted => null,
            RolloutPhase.Promoting => Earliest(Future(turn, Moments.ProgressDeadline(spec, state)), Future(turn, Moments.DrainEnd(spec, state)), null),
            RolloutPhase.Aborting => Earliest(turn.IsManaged ? Future(turn, Moments.DrainEnd(spec, state)) : null, Future(turn, Moments.AnswerEnd(state)), null),
            RolloutPhase.Aborted => turn.IsManaged && turn.Seen.Workload.CanarySize > 0 ? Future(turn, Moments.DrainEnd(spec, state)) : null,
            RolloutPhase.Idle or RolloutPhase.Paused or RolloutPhase.Promoted or RolloutPhase.Invalid => null,
        };
    }

    private static DateTimeOffset? Timeout(RolloutState state) =>
        Steps.Present(state).Approval is { OnTimeout: not ApprovalTimeoutAction.Hold } ? Moments.ApprovalTimeout(state) : null;

    private static DateTimeOffset? Future(Turn turn, DateTimeOffset? moment) => moment > turn.Now && moment < DateTimeOffset.MaxValue ? moment : null;

    private static DateTimeOffset? Earliest(DateTimeOffset? first, DateTimeOffset? second, DateTimeOffset? third) =>
        Moments.Earlier(first, Moments.Earlier(second, third));
}
