namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What is to be done so that what is applied becomes what is wanted.</summary>
internal static class Effects
{
    public static EquatableArray<Effect> Wanted(Turn turn)
    {
        var state = turn.State;
        if (turn.WantedSplit is not { } split || Requests.MayForget(turn))
        {
            return [];
        }

        Effect? apply = Splits.IsApplied(state, turn.Seen.Route) ? null : new Effect.ApplySplit(split);
        Effect? scale = Size(turn) is { } size && size != turn.Seen.Workload.CanarySize ? new Effect.ScaleCanary(turn.Canary, size) : null;
        Effect? handOver = turn.IsManaged && state.HandOverStarted && !turn.Seen.Workload.HandedOver ? new Effect.HandOver(turn.Canary) : null;
        return (scale, apply, handOver) switch
        {
            (null, null, null) => [],
            (null, { } one, null) => [one],
            ({ } one, null, null) => [one],
            ({ } one, { } two, null) => [one, two],
            (_, null, { } three) => [three],
            (_, { } two, { } three) => [two, three],
        };
    }

    /// <summary>
    /// The canary's size (Managed); null when it is nobody's business now. A size that falls waits until the router carries the wanted split, a last
    /// instance for the drain delay too: so a fall never stands beside a split that is still to be applied, and scaling may always come first.
    /// </summary>
    private static int? Size(Turn turn)
    {
        var state = turn.State;
        if (!turn.IsManaged || state.CanaryRevision is null)
        {
            return null;
        }

        int? wanted = state.Phase switch
        {
            RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Paused =>
                Math.Max(Capacity.Wanted(state, turn.Seen.Workload, Steps.Present(state)), Capacity.Needed(state.Weight, Capacity.Whole(state, turn.Seen.Workload))),
            RolloutPhase.Promoting => state.HandOverStarted ? null : Capacity.WantedAlone(state, turn.Seen.Workload),
            RolloutPhase.Aborting or RolloutPhase.Aborted => Aborting.IsDrained(turn) ? 0 : null,
            RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Invalid => null,
        };
        return wanted < turn.Seen.Workload.CanarySize && !turn.IsTakenUp ? null : wanted;
    }
}
