using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Cli.Watching;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>wait</c>: block until a rollout is somewhere; a gate for pipelines.</summary>
internal static class WaitCommand
{
    private static readonly string[] _states = ["promoted", "paused", "approval", "rolled-back"];

    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var state = new Option<string>("--for") { HelpName = string.Join('|', _states), Description = "What to wait for", Required = true };
        state.CompletionSources.Add(_states);
        state.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !_states.Contains(given.Value, StringComparer.Ordinal))
            {
                result.AddError($"--for '{given.Value}' is not one of {string.Join(", ", _states)}.");
            }
        });
        var revision = new Option<string?>("--revision") { HelpName = "REV", Description = "The revision to wait for; default: the one asked for last" };
        var timeout = TimeoutOption.Create();
        var command = new CliCommand("wait", "Wait silently until a rollout is promoted, paused, waits for an approval, or is rolled back.")
        {
            Examples =
            [
                ("wait shop --for promoted --revision v2 --timeout 1h", "A pipeline's gate"),
                ("wait shop --for approval --revision v2 && ./smoke-test && {program} approve shop --revision v2", "Test when it is time to, then approve"),
            ],
            ExitCodes =
            [
                (ExitCode.Done, "reached"),
                (ExitCode.Rejected, "it ended otherwise: rolled back, or promoted where something else was awaited"),
                (ExitCode.TimedOut, "--timeout passed"),
                (ExitCode.Superseded, "a newer revision took its place"),
            ],
        };
        command.Add(rollout);
        command.Add(state);
        command.Add(revision);
        command.Add(timeout);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            var key = cli.Key(parsed, parsed.GetRequiredValue(rollout));
            var question = new RevisionQuestion(parsed.GetValue(revision));
            RolloutView? last = null;
            var exit = await new Watcher(client, key, cli.Environment).RunAsync(
                new SilentDisplay(cli.Environment.Error),
                frame =>
                {
                    last = frame.View;
                    return Answer(parsed.GetRequiredValue(state), question.Look(frame), frame.View, question.Revision);
                },
                parsed.GetValue(timeout),
                cancellation);
            cli.Printer(parsed).Print(last!, ApiJson.Default.RolloutView, () => [new Markup($"{Markup.Escape(key.Name)} {Markup.Escape(question.Revision ?? "")} [{Palette.Of(last!.Phase)}]{last!.Phase}[/]: {Markup.Escape(last.Message)}")]);
            return (int)exit;
        });
        return command;
    }

    /// <summary>Whether the wait is over, and how.</summary>
    internal static ExitCode? Answer(string state, Ending? ending, RolloutView view, string? revision) => (state, ending) switch
    {
        ("promoted", Ending.Promoted) or ("rolled-back", Ending.RolledBack) => ExitCode.Done,
        (_, Ending.Superseded) => ExitCode.Superseded,
        (_, not null) => ExitCode.Rejected,
        ("paused", null) when view.Phase == RolloutPhase.Paused && view.CanaryRevision == revision => ExitCode.Done,
        ("approval", null) when view.Phase == RolloutPhase.WaitingApproval && view.CanaryRevision == revision => ExitCode.Done,
        (_, null) => null,
    };
}
