using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Resources.Gates;

/// <summary>Answers what is asked at a gate: the same for the API and for whoever reads the cluster's objects. Pure.</summary>
public static class GateAnswers
{
    /// <summary>The answer, without transitions.</summary>
    public static GateView Of(GateQuestion question, GateSight sight)
    {
        var revision = Resolve(question, sight);
        var known = revision is not null && IsKnown(question, sight, revision);
        var isNew = revision is not null && sight.IsAskedNew && sight.Asked?.Revision == revision;
        var ending = revision is null || isNew ? null : Endings.Of(sight.View, sight.Revisions, revision, known);
        return new()
        {
            Reached = isNew ? GateReached.No : Reached(question.Goal, ending, sight.View, revision),
            For = question.Goal.Text(),
            Revision = revision,
            Known = known,
            Outcome = Outcome(ending),
            Reason = Record(sight, revision, ending)?.Reason ?? (isNew || revision is null || sight.View.CanaryRevision != revision ? null : sight.View.Reason),
            Message = isNew || revision is null || (ending is null && !known) ? Awaited(question, sight, revision) : Message(sight, revision, ending),
            Sequence = sight.Sequence,
            Transitions = [],
            Rollout = sight.View,
        };
    }

    /// <summary>The revision that is meant; null when an image belongs to none that was seen, or none was ever asked for.</summary>
    private static string? Resolve(GateQuestion question, GateSight sight)
    {
        if (question.Revision is not { } text)
        {
            return sight.IsAskedNew ? sight.Asked?.Revision : sight.View.TargetRevision ?? sight.View.CanaryRevision ?? sight.View.StableRevision;
        }

        // What the workload asks for now comes before all that had this image earlier.
        return sight.Asked is { } asked && asked.Images.Contains(text, StringComparer.Ordinal) ? asked.Revision
            : sight.Images.LastOrDefault(each => each.Images.Contains(text)) is { } seen ? seen.Revision
            : question.IsImage ? null
            : text;
    }

    private static bool IsKnown(GateQuestion question, GateSight sight, string revision) =>
        question.Known || IsPresent(sight, revision) || sight.View.StableRevision == revision || sight.Asked?.Revision == revision
        || sight.Images.Any(each => each.Revision == revision) || sight.Revisions.Any(record => record.Revision == revision);

    private static bool IsPresent(GateSight sight, string? revision) => revision is not null && (sight.View.CanaryRevision == revision || sight.View.TargetRevision == revision);

    private static GateReached Reached(GateGoal goal, Ending? ending, RolloutView view, string? revision) => (goal, ending) switch
    {
        (GateGoal.Promoted, Ending.Promoted) or (GateGoal.RolledBack, Ending.RolledBack) or (GateGoal.Ended, not null) => GateReached.Yes,
        (_, not null) => GateReached.Never,
        (GateGoal.Paused, null) when view.Phase == RolloutPhase.Paused && view.CanaryRevision == revision => GateReached.Yes,
        (GateGoal.Approval, null) when view.Phase == RolloutPhase.WaitingApproval && view.CanaryRevision == revision => GateReached.Yes,
        (_, null) => GateReached.No,
    };

    private static RevisionOutcome? Outcome(Ending? ending) => ending switch
    {
        Ending.Promoted => RevisionOutcome.Promoted,
        Ending.RolledBack => RevisionOutcome.RolledBack,
        Ending.Superseded => RevisionOutcome.Superseded,
        null => null,
    };

    private static RevisionView? Record(GateSight sight, string? revision, Ending? ending) =>
        ending is null ? null : sight.Revisions.FirstOrDefault(record => record.Revision == revision);

    private static string Message(GateSight sight, string? revision, Ending? ending) => (ending, Record(sight, revision, ending)) switch
    {
        (_, { Message.Length: > 0 } record) => record.Message,
        (Ending.Promoted, _) => $"{revision} is stable.",
        (Ending.RolledBack, _) => $"{revision} was rolled back.",
        (Ending.Superseded, _) => $"A newer revision took the place of {revision}.",
        (null, _) when sight.View.CanaryRevision != revision => $"{revision} comes when {sight.View.CanaryRevision ?? "what is under way"} has given its traffic back.",
        (null, _) => sight.View.Message,
    };

    private static string Awaited(GateQuestion question, GateSight sight, string? revision) => (revision, question.Revision) switch
    {
        ({ } asked, _) when sight.Asked?.Revision == asked => $"{asked} is asked for; the controller has not decided about it yet.",
        ({ } unknown, _) => $"{unknown} was not asked for yet.",
        (null, { } image) => $"No revision with the image {image} was asked for yet.",
        (null, null) => "No revision was asked for yet.",
    };
}
