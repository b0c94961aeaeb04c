using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Mapping;

/// <summary>What happened to a rollout, in the API's words. Pure.</summary>
public static class HistoryViews
{
    /// <summary>All that a status on Kubernetes keeps, newest first: fewer transitions and commands than a controller's own store.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="status">Its status; null before the first.</param>
    public static HistoryView From(RolloutKey key, RolloutStatus? status) => status is null
        ? new([], [], [])
        : new(
            Revisions(status.History),
            [.. status.Transitions.Reverse().Select(transition => Event(transition.Sequence, key, transition))],
            [.. status.Commands.Reverse().Select(Command)]);

    /// <summary>What became of the revisions, newest first.</summary>
    /// <param name="history">Oldest first.</param>
    public static IReadOnlyList<RevisionView> Revisions(EquatableArray<RevisionRecord> history) =>
    [
        .. history.Reverse().Select(item => new RevisionView(item.Revision, item.Outcome, item.Reason, item.Message, item.StartedAt, item.EndedAt) { BreakGlass = item.BreakGlass }),
    ];

    /// <summary>One transition.</summary>
    /// <param name="id">What the event stream calls it; where there is none, its sequence.</param>
    /// <param name="key">The rollout.</param>
    /// <param name="transition">What changed.</param>
    public static RolloutEvent Event(long id, RolloutKey key, Transition transition) => new()
    {
        Id = id,
        Namespace = key.Namespace,
        Name = key.Name,
        Sequence = transition.Sequence,
        At = transition.At,
        From = transition.From,
        To = transition.To,
        Revision = transition.Revision,
        Step = transition.Revision is null ? 0 : transition.StepIndex + 1,
        WeightPercent = transition.Weight.Percent,
        Reason = transition.Reason,
        Message = transition.Message,
        Actor = transition.Actor,
    };

    /// <summary>One command of the audit trail.</summary>
    public static CommandView Command(CommandRecord record) => new(
        record.Id, record.At, record.Actor, record.Action, record.Revision, record.Step, record.Reason, record.Status, record.Message)
    {
        Via = record.Via,
    };
}
