namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What the history of revisions says.</summary>
internal static class Revisions
{
    public const int Kept = 10;

    public static EquatableArray<RevisionRecord> Append(EquatableArray<RevisionRecord> history, RevisionRecord record)
    {
        var all = history.Add(record);
        return all.Count <= Kept ? all : EquatableArray.Create(all.AsSpan()[^Kept..]);
    }

    /// <summary>Evidence and approvals are kept apart by revision and attempt, so an attempt's number is never used twice for one revision.</summary>
    public static int NextAttempt(RolloutState state, string revision)
    {
        var last = state.CanaryRevision == revision ? state.Attempt : 0;
        foreach (var record in state.History)
        {
            last = record.Revision == revision ? Math.Max(last, record.Attempt) : last;
        }

        return last + 1;
    }

    /// <summary>The stable revision before the present one; null when none is known.</summary>
    public static string? Previous(RolloutState state)
    {
        for (var i = state.History.Count - 1; i >= 0; i--)
        {
            if (WasStable(state.History[i]) && state.History[i].Revision != state.StableRevision)
            {
                return state.History[i].Revision;
            }
        }

        return null;
    }

    public static bool WasEverStable(RolloutState state, string revision) => LastStable(state, revision) >= 0;

    /// <summary>
    /// Whether <paramref name="revision"/> may return at weight 100 at once: it was stable at most <paramref name="window"/> promotions ago, and nobody turned away
    /// from it since, neither by a rollback nor by an undo.
    /// </summary>
    public static bool MayReturnAtOnce(RolloutState state, string revision, int window)
    {
        var last = LastStable(state, revision);
        if (last < 0)
        {
            return false;
        }

        var promotions = 0;
        foreach (var later in state.History.AsSpan()[(last + 1)..])
        {
            promotions += WasStable(later) ? 1 : 0;
            if ((later.Revision == revision && later.Outcome is RevisionOutcome.RolledBack)
                || (promotions == 1 && WasStable(later) && later.Reason is RolloutReason.UndoRequested))
            {
                return false;
            }
        }

        return promotions >= 1 && promotions <= window;
    }

    private static int LastStable(RolloutState state, string revision)
    {
        for (var i = state.History.Count - 1; i >= 0; i--)
        {
            if (state.History[i].Revision == revision && WasStable(state.History[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool WasStable(RevisionRecord record) => record.Outcome is RevisionOutcome.Adopted or RevisionOutcome.Promoted;
}
