using System.CommandLine;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary>Sends a command and says what happens now.</summary>
internal static class CommandSender
{
    /// <summary>A command in the cluster waits for a controller that may not be there.</summary>
    public static readonly (ExitCode Code, string Means) Unanswered = (ExitCode.TimedOut, "in the cluster no controller answered within 30 s; the command stays there");

    private const int MaxReason = 1000;

    /// <summary>Why somebody asks; kept in the audit trail.</summary>
    public static Option<string?> ReasonOption()
    {
        var reason = new Option<string?>("--reason") { HelpName = "TEXT", Description = "Why; kept in the rollout's history" };
        reason.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { Length: > MaxReason } text)
            {
                result.AddError($"--reason has {text.Length} characters; {MaxReason} at most.");
            }
        });
        return reason;
    }

    /// <summary>Sends it under an id of its own.</summary>
    public static async Task<int> SendAsync(CommandContext cli, ParseResult parsed, string rollout, CommandRequest request, CancellationToken cancellation)
    {
        using var client = cli.Connect(parsed);
        var answer = await AskAsync(cli, client, cli.Key(parsed, rollout), request, cancellation);
        cli.Printer(parsed).Print(answer, ApiJson.Default.CommandResponse, () => [new Text(answer.Message), new Markup(State(answer.Rollout))]);
        return (int)ExitCode.Done;
    }

    /// <summary>Sends it under an id of its own, and prints nothing.</summary>
    public static async Task<CommandResponse> AskAsync(CommandContext cli, IRolloutApi client, RolloutKey key, CommandRequest request, CancellationToken cancellation)
    {
        request = await NamedAsync(client, key, request, cancellation);
        var revision = request.Action is RolloutAction.Start ? request.Revision : await RevisionAsync(client, key, request.Revision, cancellation);
        return await client.CommandAsync(key, request with { Revision = revision, Id = Guid.CreateVersion7(cli.Environment.Time.GetUtcNow()).ToString() }, cancellation);
    }

    /// <summary>A pipeline knows the image that it deployed; commands compare with the revision that has it.</summary>
    private static async Task<string?> RevisionAsync(IRolloutApi client, RolloutKey key, string? text, CancellationToken cancellation)
    {
        var question = new GateQuestion(GateGoal.Ended, text);
        return !question.IsImage ? text
            : (await client.GateAsync(key, question, cancellation)).Revision
                ?? throw new CliException(ExitCode.Rejected, $"No revision of {key} with the image {text} was asked for yet; nothing was done.");
    }

    /// <summary>An answer counts for one revision and one step. Who names none means those that are there now; where there are none, the controller says what is.</summary>
    private static async Task<CommandRequest> NamedAsync(IRolloutApi client, RolloutKey key, CommandRequest request, CancellationToken cancellation)
    {
        if (request.Action is not (RolloutAction.Approve or RolloutAction.Reject) || request is { Revision: not null, Step: not null })
        {
            return request;
        }

        var view = await client.GetAsync(key, cancellation);
        return view.Step == 0 || !view.Phase.IsUnderWay() ? request : request with { Revision = request.Revision ?? view.CanaryRevision, Step = request.Step ?? view.Step };
    }

    private static string State(RolloutView view) =>
        $"{Markup.Escape(view.Name)}  [{Palette.Of(view.Phase)}]{view.Phase}[/]{(view.Step > 0 ? $"  step {view.Step}/{view.Steps.Count}" : "")}  weight {RolloutTable.Weight(view)}";
}
