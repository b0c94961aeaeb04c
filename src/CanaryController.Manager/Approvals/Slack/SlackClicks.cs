using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>Carries clicks out, after Slack has its answer: by the same way as every other command. Whoever pressed in vain is told why, and nobody else.</summary>
internal sealed partial class SlackClicks(
    SlackOptions options, SlackApi slack, SlackGroups groups, ISecretTexts secrets, INotificationChannels channels, CommandIntake intake, IRolloutStore store, ILogger<SlackClicks> logger) : BackgroundService
{
    private const int MaxWaiting = 100;
    private const int Workers = 4;

    private readonly Channel<SlackClick> _waiting = Channel.CreateBounded<SlackClick>(MaxWaiting);

    /// <summary>Queues a click; false when too many wait.</summary>
    public bool TryAdd(SlackClick click) => _waiting.Writer.TryWrite(click);

    /// <summary>What becomes of a click, in one sentence; null when the message itself will show it.</summary>
    public async Task<string?> CarryOutAsync(SlackClick click, CancellationToken cancellation)
    {
        if (channels.Find(new(click.Button.Namespace, click.Button.Channel)) is not { Spec.Slack: { } section })
        {
            return "This channel tells of no rollouts any more.";
        }

        var state = store.Read(click.Button.Key).State;
        var asked = click.Button.Revision == state.CanaryRevision && click.Button.Step <= state.Plan.Count ? state.Plan[click.Button.Step - 1].Approval : null;
        var isAnswer = click.Action is RolloutAction.Approve or RolloutAction.Reject;
        var isOperator = options.OperatorUsers.Contains(click.User, StringComparer.Ordinal);

        // An abort does not wait for Slack to say who is in a group where nothing depends on it.
        string[] wanted = isAnswer ? [.. asked?.Approvers?.SlackGroups ?? [], .. options.OperatorGroups] : isOperator ? [] : [.. options.OperatorGroups];
        var member = wanted.Length == 0 ? [] : await groups.OfAsync(await secrets.ReadAsync(click.Button.Namespace, section.Token, cancellation), click.User, wanted, cancellation);
        isOperator |= options.OperatorGroups.Any(group => member.Contains(group));
        if (!isOperator && (!isAnswer || asked is { Approvers: null }))
        {
            return isAnswer
                ? "This step names no approvers, so only operators (slack.operators of the controller) may answer here."
                : $"Only operators (slack.operators of the controller) may {click.Action.ToString().ToLowerInvariant()} here.";
        }

        var command = new RolloutCommand
        {
            Id = click.Id,
            Action = click.Action,
            Revision = click.Button.Revision,
            Attempt = click.Button.Attempt,
            StepIndex = isAnswer ? click.Button.Step - 1 : null,
            Actor = click.Actor,
            Identity = new(ApproverSource.Slack, click.User) { Groups = [.. member] },
        };
        return Tell(await intake.CarryOutAsync(click.Button.Key, command, cancellation));
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var click in _waiting.Reader.ReadAllAsync(stopping))
            {
                await HandleAsync(click, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // A click that was not carried out is pressed again.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary between clicks: one that fails in a way that nobody thought of must not end the work on those after it. It is logged.")]
    private async Task HandleAsync(SlackClick click, CancellationToken stopping)
    {
        try
        {
            if (await SayAsync(click, stopping) is { } said)
            {
                await WhisperAsync(click, said, stopping);
            }
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            Broken(logger, click.Action, click.Button.Key, failure);
        }
    }

    private async Task<string?> SayAsync(SlackClick click, CancellationToken stopping)
    {
        try
        {
            return await CarryOutAsync(click, stopping);
        }
        catch (StoreUnavailableException failure)
        {
            NotStored(logger, click.Action, click.Button.Key, failure);
            return "It could not be stored, and nothing was changed. Press the button again in a moment.";
        }
    }

    /// <summary>For the one who pressed, at most once: an answer that is lost is not worth a second try.</summary>
    private async Task WhisperAsync(SlackClick click, string text, CancellationToken cancellation)
    {
        if (channels.Find(new(click.Button.Namespace, click.Button.Channel)) is not { Spec.Slack: { } section })
        {
            return;
        }

        var token = await secrets.ReadAsync(click.Button.Namespace, section.Token, cancellation);
        if (token.Problem is null)
        {
            var answer = await slack.CallAsync(
                token, "chat.postEphemeral", new JsonObject { ["channel"] = click.Channel, ["user"] = click.User, ["text"] = SlackText.Escape(text) }, cancellation);
            if (answer.Problem is { } problem)
            {
                NotTold(logger, click.Button.Key, problem);
            }
        }
    }

    private static string? Tell(IntakeAnswer answer) => answer switch
    {
        IntakeAnswer.Decided { IsRepeat: true } => "This click was taken already.",
        IntakeAnswer.Decided { Result.Status: CommandStatus.Accepted } => null,
        IntakeAnswer.Decided { Result: var result } => result.Message,
        IntakeAnswer.NotFound => "This rollout is gone.",
        IntakeAnswer.Closed { Why: var why } => why,
        IntakeAnswer.OtherCommand => "This click was taken already.",
        IntakeAnswer.Late => "It is stored, and carried out in a moment.",
        _ => throw new InvalidOperationException($"{answer} is no answer of the intake."),
    };

    [LoggerMessage(EventId = 1811, Level = LogLevel.Warning, Message = "{Action} of {Key} from Slack could not be stored, and is not carried out")]
    private static partial void NotStored(ILogger logger, RolloutAction action, Resources.RolloutKey key, Exception failure);

    [LoggerMessage(EventId = 1812, Level = LogLevel.Warning, Message = "Whoever pressed a button for {Key} in Slack could not be told why in vain: {Problem}")]
    private static partial void NotTold(ILogger logger, Resources.RolloutKey key, string problem);

    [LoggerMessage(EventId = 1813, Level = LogLevel.Error, Message = "{Action} of {Key} from Slack failed; whoever pressed was told nothing")]
    private static partial void Broken(ILogger logger, RolloutAction action, Resources.RolloutKey key, Exception failure);
}
