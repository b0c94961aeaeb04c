using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Resources.Gates;

/// <summary>How the rollout of one revision ended.</summary>
public enum Ending
{
    /// <summary>It became stable.</summary>
    Promoted,

    /// <summary>Traffic returned to stable; the revision was rejected.</summary>
    RolledBack,

    /// <summary>A newer revision took its place.</summary>
    Superseded,
}

/// <summary>Tells from what the API shows whether the rollout of a revision is over. Pure.</summary>
public static class Endings
{
    /// <summary>How it ended; null while it is under way or still to come.</summary>
    /// <param name="view">The rollout now.</param>
    /// <param name="revisions">What became of its revisions, newest first, read no earlier than <paramref name="view"/>.</param>
    /// <param name="revision">The revision watched.</param>
    /// <param name="wasSeen">Whether it was asked for at some time since the watch began.</param>
    public static Ending? Of(RolloutView view, IReadOnlyList<RevisionView> revisions, string revision, bool wasSeen)
    {
        var last = revisions.FirstOrDefault(record => record.Revision == revision)?.Outcome;
        if (view.CanaryRevision == revision)
        {
            return view.Phase switch
            {
                RolloutPhase.Promoted => Ending.Promoted,
                RolloutPhase.Aborted => last == RevisionOutcome.Superseded ? Ending.Superseded : Ending.RolledBack,
                RolloutPhase.Idle => view.StableRevision == revision ? Ending.Promoted : null,
                // Invalid says that the present text is bad; what was under way before tells the rest once it is corrected.
                RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval
                    or RolloutPhase.Promoting or RolloutPhase.Aborting or RolloutPhase.Invalid => null,
            };
        }

        if (view.TargetRevision == revision && view.StableRevision != revision)
        {
            // Its turn comes when the one before it has given its traffic back.
            return null;
        }

        return last switch
        {
            RevisionOutcome.Promoted or RevisionOutcome.Adopted => Ending.Promoted,
            RevisionOutcome.RolledBack => Ending.RolledBack,
            RevisionOutcome.Superseded => Ending.Superseded,
            null when view.StableRevision == revision => Ending.Promoted,
            null when wasSeen => Ending.Superseded,
            null => null,
        };
    }
}
