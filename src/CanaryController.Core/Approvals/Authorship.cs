using CanaryController.Core.Rollouts;
using CanaryController.Core.Rollouts.Planning;

namespace CanaryController.Core.Approvals;

/// <summary>Who made the revision under way. Names are only added while it is under way: nobody stops being its author by an edit.</summary>
internal static class Authorship
{
    /// <summary>Those of a revision that begins: who asked for it, and whom the workload names.</summary>
    public static EquatableArray<string> OfNew(Turn turn, string revision, string? actor)
    {
        var known = turn.State.CanaryRevision == revision ? turn.State.Authors : [];
        var asked = actor is null ? known : With(known, [actor]);
        return turn.Seen.DeclaredRevision == revision ? With(asked, turn.Seen.Authors) : asked;
    }

    /// <summary>Adds whom the workload names now.</summary>
    public static void Note(Turn turn)
    {
        var state = turn.State;
        if (turn.Seen.Authors.IsEmpty || state.CanaryRevision is null || state.CanaryRevision != turn.Seen.DeclaredRevision || !state.Phase.IsUnderWay())
        {
            return;
        }

        var authors = With(state.Authors, turn.Seen.Authors);
        if (authors.Count != state.Authors.Count)
        {
            turn.State = state with { Authors = authors };
        }
    }

    private static EquatableArray<string> With(EquatableArray<string> known, EquatableArray<string> more)
    {
        List<string> authors = [.. known];
        foreach (var name in more)
        {
            ApproverRules.AddAuthor(authors, name);
        }

        return authors.Count == known.Count ? known : [.. authors];
    }
}
