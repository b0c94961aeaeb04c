using System.CommandLine;
using System.Globalization;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>restart</c>: what <c>kubectl rollout restart</c> does, which refuses a Deployment that is paused. The new pods take all steps.</summary>
internal static class RestartCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var force = new Option<bool>("--force") { Description = "Also while a revision is under way, which is superseded, or after one was rolled back, which is tried again" };
        var command = new CliCommand("restart", "Replace all pods of the rollout's Deployment, through all steps; 'kubectl rollout restart' refuses one that is held. By kubeconfig only.")
        {
            Examples = [("restart shop", "New pods of the same version"), ("restart shop && {program} watch shop", "And see how it goes")],
            ExitCodes = [(ExitCode.Done, "asked for: a rollout begins"), (ExitCode.Rejected, "refused: a revision is under way, or the last one was rolled back")],
        };
        command.Add(rollout);
        command.Add(force);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.ConnectCluster(parsed, command.Name);
            var key = cli.Key(parsed, parsed.GetRequiredValue(rollout));
            var served = await client.ReadAsync(key, cancellation);
            var deployment = Deployment(key, served);
            var state = served.Status?.Memory ?? new RolloutState();
            if (!parsed.GetValue(force) && Obstacle(key, state) is { } obstacle)
            {
                throw new CliException(ExitCode.Rejected, obstacle);
            }

            var now = cli.Environment.Time.GetUtcNow();
            await client.RestartAsync(key.Namespace, deployment, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), cancellation);
            var says = state.StableRevision is null
                ? $"Deployment {deployment}: a restart was asked for. The controller does not lead it now, so all pods are replaced without steps."
                : $"Deployment {deployment}: a restart was asked for. The new pods take all steps; 'watch {key.Name}' follows them.";
            cli.Printer(parsed).Print(StatusViews.From(served, now), ApiJson.Default.RolloutView, () => [new Text(says)]);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static string Deployment(RolloutKey key, ServedRollout served) => served.Resource?.Spec.Workload switch
    {
        { Kind: WorkloadType.Deployment, Name: { } name } => name,
        null => throw new CliException(ExitCode.Rejected, $"{key} is not valid, so its Deployment is not known; 'get {key.Name}' lists what is wrong."),
        _ => throw new CliException(ExitCode.Rejected, $"The versions of {key} are run by somebody else (kind External): restart them there."),
    };

    /// <summary>Why a restart is hardly what is wanted now; null when nothing speaks against it.</summary>
    private static string? Obstacle(RolloutKey key, RolloutState state) => state.Phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Invalid => null,
        RolloutPhase.Aborted when state.TargetRevision == state.StableRevision => null,
        RolloutPhase.Aborted =>
            $"{state.CanaryRevision} was rolled back, and the Deployment still asks for it: a restart would try it again under a new name. 'retry {key.Name}' says that more clearly; to restart {state.StableRevision}, give the Deployment its template back first. --force restarts what the Deployment asks for.",
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting or RolloutPhase.Aborting =>
            $"{state.CanaryRevision} is under way ({state.Phase}): a restart would supersede it, and start from 0 % again. Wait for its end ('wait {key.Name} --for promoted'), or give --force.",
    };
}
