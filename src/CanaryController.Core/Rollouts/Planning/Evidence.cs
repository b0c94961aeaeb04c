namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Since when there can be evidence.</summary>
internal static class Evidence
{
    /// <summary>Notes when the canary's first requests came, whatever phase that happens in: from then on it is judged.</summary>
    public static void NoteTraffic(Turn turn)
    {
        var state = turn.State;
        if (state.TrafficSince is null && state.Phase.IsUnderWay() && turn.IsTakenUp && turn.WantedSplit is { GivesCanaryTraffic: true })
        {
            turn.State = state with { TrafficSince = turn.Now };
        }
    }
}
