using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// The one way in for whoever asks for something: stores the command, wakes the rollout, and answers when it was decided about and acted upon. The same id again is answered alike and not carried out twice.
/// </summary>
internal sealed class CommandIntake(IRolloutResources resources, ICommands commands, CommandDesk desk, IRolloutWaker waker, TimeProvider time)
{
    /// <summary>How long an answer is waited for; the command stays stored and is carried out later.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Carries a command out.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="command">What is asked for; nobody checks any more who may ask, but for what the step itself says of approvers.</param>
    /// <param name="cancellation">Nobody waits any more; the command stays.</param>
    /// <exception cref="StoreUnavailableException">It could not be stored, and is not carried out.</exception>
    public async Task<IntakeAnswer> CarryOutAsync(RolloutKey key, RolloutCommand command, CancellationToken cancellation)
    {
        switch (resources.Find(key))
        {
            case null:
                return new IntakeAnswer.NotFound();
            case { IsLeft: true }:
                return new IntakeAnswer.Closed($"The rollout {key} was released; adopt it to go on.");
            case { Spec: null }:
                return new IntakeAnswer.Closed($"The resource {key} never was valid; mend its file first.");
        }

        var done = desk.Expect(command.Id);
        try
        {
            var stored = await commands.AddAsync(key, command, time.GetUtcNow(), cancellation);
            if (stored.Key != key || !IsSame(stored.Command, command))
            {
                return new IntakeAnswer.OtherCommand();
            }

            if (stored.Answer is { } before)
            {
                return new IntakeAnswer.Decided(before, IsRepeat: true);
            }

            waker.Wake(key, command.Action is RolloutAction.Abort or RolloutAction.Reject ? QueueLane.Urgent : QueueLane.Prompt);
            await done.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return new IntakeAnswer.Late($"The command {command.Id} is stored and will be carried out; send it again with the same id to learn what became of it.");
        }
        finally
        {
            desk.Leave(command.Id);
        }

        return commands.Find(command.Id)?.Answer is { } answer
            ? new IntakeAnswer.Decided(answer, IsRepeat: false)
            : new IntakeAnswer.Late("The command is stored; deciding about it failed and is tried again.");
    }

    /// <summary>The same command sent again: everything but the wording of why, and what the audit trail does not keep of a sender beside the name.</summary>
    public static bool IsSame(RolloutCommand left, RolloutCommand right) => Essence(left) == Essence(right);

    private static RolloutCommand Essence(RolloutCommand command) => command with { Comment = null, Identity = null, Attempt = null };
}

/// <summary>What became of a command that was sent.</summary>
internal abstract record IntakeAnswer
{
    private IntakeAnswer()
    {
    }

    /// <summary>It was decided about.</summary>
    /// <param name="Result">How.</param>
    /// <param name="IsRepeat">That was before: this one changed nothing.</param>
    public sealed record Decided(CommandResult Result, bool IsRepeat) : IntakeAnswer;

    /// <summary>There is no such rollout.</summary>
    public sealed record NotFound : IntakeAnswer;

    /// <summary>The rollout takes no commands.</summary>
    /// <param name="Why">Why, and what to do.</param>
    public sealed record Closed(string Why) : IntakeAnswer;

    /// <summary>Its id names another command already.</summary>
    public sealed record OtherCommand : IntakeAnswer;

    /// <summary>It is stored and not decided about yet.</summary>
    /// <param name="Why">Why, and what to do.</param>
    public sealed record Late(string Why) : IntakeAnswer;
}
