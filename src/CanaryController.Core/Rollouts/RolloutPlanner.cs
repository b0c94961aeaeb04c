using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts.Planning;

namespace CanaryController.Core.Rollouts;

/// <summary>
/// Decides what happens next to a rollout: pure, total and deterministic. It is level-triggered: it looks at what is, never at what happened, so that an
/// observation may be missed, repeated or late without harm, and deciding again about the same observation (without its command) changes nothing.
/// </summary>
public static class RolloutPlanner
{
    /// <summary>Decides.</summary>
    /// <param name="spec">What the user wants.</param>
    /// <param name="state">What the last decision remembered; null when the rollout is seen for the first time.</param>
    /// <param name="seen">All that is seen now.</param>
    /// <returns>What to remember, what to do and what to tell; it never throws.</returns>
    public static Decision Decide(RolloutSpec spec, RolloutState? state, RolloutObservation seen)
    {
        var turn = new Turn(spec, state ?? new RolloutState { PhaseSince = seen.Now }, seen);
        if (!seen.Leaves)
        {
            Adoption.Adopt(turn);
            Requests.ReadDeclared(turn);
            Authorship.Note(turn);
        }

        // A reason to go back comes before what people ask for: nobody can promote a canary that has just failed, or was just replaced.
        Stopping.Check(turn);
        Requests.Settle(turn);
        Commands.Carry(turn);
        Settle(turn);
        turn.State = Gates.NoteWaits(turn.State, seen.Gates);

        return new Decision
        {
            Next = turn.State,
            Effects = Effects.Wanted(turn),
            Transitions = turn.Transitions,
            Command = turn.Answer,
            WakeAt = Wake.At(turn),
            Forget = Requests.MayForget(turn),
        };
    }

    /// <summary>
    /// Lets the phases take their next steps until one waits for something that is not seen yet. Every round but the last leaves a phase or a step for
    /// good, so the bound is never met; it is there because every loop has one.
    /// </summary>
    private static void Settle(Turn turn)
    {
        for (var rounds = turn.Spec.Steps.Count + turn.State.Plan.Count + 10; rounds > 0; rounds--)
        {
            var before = turn.State;
            Requests.Settle(turn);
            Stopping.Check(turn);
            Evidence.NoteTraffic(turn);
            Advance(turn);
            if (ReferenceEquals(before, turn.State))
            {
                return;
            }
        }
    }

    private static void Advance(Turn turn)
    {
        switch (turn.State.Phase)
        {
            case RolloutPhase.Initializing:
                Starting.Advance(turn);
                break;
            case RolloutPhase.Progressing:
                Stepping.Advance(turn);
                break;
            case RolloutPhase.WaitingApproval:
                Approving.Advance(turn);
                break;
            case RolloutPhase.Paused:
                Pausing.Advance(turn);
                break;
            case RolloutPhase.Promoting:
                Promoting.Advance(turn);
                break;
            case RolloutPhase.Aborting:
            case RolloutPhase.Aborted:
                Aborting.Advance(turn);
                break;
            case RolloutPhase.Idle:
            case RolloutPhase.Promoted:
            case RolloutPhase.Invalid:
                break;
        }
    }
}
