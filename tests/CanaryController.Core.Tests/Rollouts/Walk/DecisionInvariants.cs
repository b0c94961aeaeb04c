using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class DecisionInvariants
{
    public static string? EveryChangeIsAnnouncedOnce(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        var (sequence, phase) = (before.Sequence, before.Phase);
        foreach (var transition in edge.Decision.Transitions)
        {
            sequence++;
            if (transition.Sequence != sequence || transition.From != phase || transition.At != edge.Seen.Now || transition.Message.Length == 0)
            {
                return $"{transition} does not follow the one before.";
            }

            phase = transition.To;
        }

        var isChanged = before.Weight != after.Weight || before.StepIndex != after.StepIndex || before.Attempt != after.Attempt
            || before.StableRevision != after.StableRevision;
        return after.Sequence != sequence ? "The sequence rose without a transition."
            : after.Phase != phase ? "The phase changed without a transition."
            : isChanged && edge.Decision.Transitions.IsEmpty ? "Something changed without a transition."
            : null;
    }

    /// <summary>Deciding again about the same observation changes nothing and asks for the same.</summary>
    public static string? IsAFixpoint(Edge edge)
    {
        if (edge.Decision.Forget)
        {
            return null;
        }

        var again = edge.Decide(edge.Spec, edge.After, edge.Seen with { Command = null });
        return !ReferenceEquals(again.Next, edge.After) ? $"Deciding again leads to {again.Next}."
            : again.Effects != edge.Decision.Effects || again.WakeAt != edge.Decision.WakeAt ? "Deciding again asks for something else."
            : null;
    }

    /// <summary>Before the moment to wake time changes nothing; without such a moment it never does.</summary>
    public static string? WakesWhenTimeMatters(Edge edge)
    {
        var (now, wake) = (edge.Seen.Now, edge.Decision.WakeAt);
        if (wake <= now)
        {
            return "Woken at once, or in the past.";
        }

        if (edge.Decision.Forget || edge.Seen.Command is not null)
        {
            return null;
        }

        var before = (wake ?? now.AddDays(100)).AddTicks(-1);
        var early = edge.Decide(edge.Spec, edge.After, edge.Seen with { Command = null, Now = before });
        return !ReferenceEquals(early.Next, edge.After) || early.Effects != edge.Decision.Effects
            ? $"Time alone changed the decision before {wake?.ToString() ?? "ever"}: {early}"
            : null;
    }

    /// <summary>Nothing waits in silence: whoever asks is told what is waited for, in whole sentences.</summary>
    public static string? SaysWhatIsWaitedFor(Edge edge)
    {
        if (edge.After.Phase.IsAtRest() && edge.After.StableRevision is not null)
        {
            return null;
        }

        var sentences = RolloutExplanation.WaitingFor(edge.Spec, edge.After, edge.Seen);
        return sentences.IsEmpty ? $"Waits in {edge.After.Phase} for nothing that it says."
            : sentences.Any(one => !one.Contains(": ", StringComparison.Ordinal) || one[^1] is not '.') ? $"Not sentences: {string.Join('|', sentences)}"
            : null;
    }

    /// <summary>A command that was not accepted changes nothing.</summary>
    public static string? CommandsAreAnswered(Edge edge)
    {
        if (edge.Decision.Command is not { } answer)
        {
            return edge.Seen.Command is null ? null : "A command was not answered.";
        }

        if (edge.Seen.Command is null || answer.Message.Length == 0)
        {
            return "An answer to nothing, or without a word.";
        }

        return answer.Status is not CommandStatus.Accepted
            && edge.Decide(edge.Spec, edge.Before, edge.Seen with { Command = null }).Next is var without && without != edge.After
                ? $"{answer.Status}, and yet it led to another state than {without}."
                : null;
    }
}
