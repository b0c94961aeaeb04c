using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class RevisionInvariants
{
    public static string? StableIsTheLastPromoted(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        if (after.StableRevision is null)
        {
            return before.StableRevision is null ? null : "Stable was forgotten.";
        }

        var last = after.History.Last(one => one.Outcome is RevisionOutcome.Promoted or RevisionOutcome.Adopted);
        return last.Revision != after.StableRevision ? "Stable is not the last one that was promoted."
            : before.StableRevision != after.StableRevision
                && !edge.Decision.Transitions.Any(one => one.Reason is RolloutReason.Promoted or RolloutReason.Adopted) ? "Stable changed without a word."
            : null;
    }

    public static string? RejectedIsNeverAFastTarget(Edge edge)
    {
        var after = edge.After;
        if (Invariants.SameAttempt(edge) || after.Plan.Count != 1)
        {
            return null;
        }

        var past = edge.State.History.Where(one => one.Revision == after.CanaryRevision).ToList();
        return !after.Undo ? "A fast start that nobody asked for."
            : past.Count == 0 || past[^1].Outcome is RevisionOutcome.RolledBack ? "A rejected revision went to 100 % at once."
            : null;
    }

    /// <summary>What was asked for last is under way, waits to be, is stable, or was tried.</summary>
    public static string? RequestsAreNeverLost(Edge edge)
    {
        var (before, after, declared) = (edge.State, edge.After, edge.Seen.DeclaredRevision);
        if (edge.Seen.Leaves || after.StableRevision is null)
        {
            return null;
        }

        var isNew = declared is not null && declared != before.DeclaredRevision;
        var target = after.TargetRevision;
        return isNew && after.DeclaredRevision != declared ? "A declared revision was not read."
            : isNew && edge.Seen.Command is null && target != declared ? "A declared revision was not asked for."
            : target == after.StableRevision || target == after.CanaryRevision || target == after.Pending?.Revision ? null
            : $"{target} was asked for and is lost.";
    }
}
