using System.CommandLine;
using CanaryController.Cli.Cluster;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary>
/// <c>release</c>: the controller leaves a Rollout as if it was deleted, and the object stays. <c>adopt</c>: it leads it again. Both by an annotation, so that a controller that is down now does it
/// when it starts.
/// </summary>
internal static class ReleaseCommands
{
    private static readonly TimeSpan _usualTimeout = TimeSpan.FromMinutes(5);

    public static IEnumerable<Command> Create(CommandContext cli) =>
    [
        Create(cli, isReleased: true, new CliCommand("release", "Let the controller give everything back and leave a rollout alone; the Rollout object stays. By kubeconfig only.")
        {
            Examples =
            [
                ("release shop", "Stable gets all traffic, the Deployment is resumed, and deploys are ordinary ones until it is adopted"),
                ("release --all -A --timeout 10m", "All of the cluster, before the controller is uninstalled"),
            ],
            ExitCodes = [(ExitCode.Done, "everything was given back, or there was nothing"), (ExitCode.Rejected, "refused by the API server"), (ExitCode.TimedOut, "not within --timeout; it is done as soon as a controller can")],
        }),
        Create(cli, isReleased: false, new CliCommand("adopt", "Let the controller lead a rollout again that was released. By kubeconfig only.")
        {
            Examples = [("adopt shop", "What runs now is stable"), ("adopt --all -A", "All that were released")],
            ExitCodes = [(ExitCode.Done, "it is led"), (ExitCode.Rejected, "refused by the API server"), (ExitCode.TimedOut, "not within --timeout; it is done as soon as a controller can")],
        }),
    ];

    private static CliCommand Create(CommandContext cli, bool isReleased, CliCommand command)
    {
        var rollout = cli.RolloutArgument();
        rollout.Arity = ArgumentArity.ZeroOrOne;
        var all = new Option<bool>("--all") { Description = isReleased ? "All rollouts of the namespace" : "All rollouts of the namespace that were released" };
        var everywhere = new Option<bool>("--all-namespaces", "-A") { Description = "With --all: of all namespaces" };
        var timeout = TimeoutOption.Create("5m");
        command.Add(rollout);
        command.Add(all);
        command.Add(everywhere);
        command.Add(timeout);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, limit) = (parsed.GetValue(rollout), parsed.GetValue(timeout) ?? _usualTimeout);
            if (name is null != parsed.GetValue(all) || (name is not null && parsed.GetValue(everywhere)))
            {
                throw new CliException(ExitCode.Usage, name is null ? "Name a rollout, or give --all." : "Name a rollout or give --all, with -A or without, not both.");
            }

            using var client = cli.ConnectCluster(parsed, command.Name);
            return (int)(name is null
                ? await AllAsync(cli, parsed, client, parsed.GetValue(everywhere), isReleased, limit, cancellation)
                : await OneAsync(cli, parsed, client, cli.Key(parsed, name), isReleased, limit, cancellation));
        });
        return command;
    }

    private static async Task<ExitCode> OneAsync(
        CommandContext cli, ParseResult parsed, ClusterClient client, RolloutKey key, bool isReleased, TimeSpan timeout, CancellationToken cancellation)
    {
        var hold = await client.HoldAsync(key, cancellation) ?? throw await client.NotFoundAsync(key, cancellation);
        var wait = new LeavingWait(client, async stop => await client.HoldAsync(key, stop) is { } now ? [now] : [], cli.Environment, isReleased);
        await wait.RunAsync([hold], timeout, cancellation);
        if (wait.Refusal is { } refusal)
        {
            throw refusal;
        }

        if (await client.HoldAsync(key, cancellation) is null)
        {
            await cli.Environment.Output.WriteLineAsync($"{key.Name} is gone, and everything was given back.");
            return ExitCode.Done;
        }

        var view = await client.GetAsync(key, cancellation);
        cli.Printer(parsed).Print(view, ApiJson.Default.RolloutView, () => [new Text($"{key.Name}: {view.Message}")]);
        return ExitCode.Done;
    }

    private static async Task<ExitCode> AllAsync(
        CommandContext cli, ParseResult parsed, ClusterClient client, bool everywhere, bool isReleased, TimeSpan timeout, CancellationToken cancellation)
    {
        var ns = everywhere ? null : cli.Namespace(parsed);
        var there = await client.HoldsAsync(ns, cancellation);
        var holds = (there ?? []).Where(hold => isReleased || hold.IsMarked).ToList();
        var wait = new LeavingWait(client, async stop => await client.HoldsAsync(ns, stop) ?? [], cli.Environment, isReleased);
        await wait.RunAsync(holds, timeout, cancellation);
        var keys = holds.Select(hold => hold.Key).ToHashSet();
        var views = holds.Count == 0 ? [] : (await client.ListAsync(ns ?? "-", cancellation)).Items.Where(view => keys.Contains(new(view.Namespace, view.Name))).ToList();
        cli.Printer(parsed).Print(new RolloutList(views), ApiJson.Default.RolloutList, () => (there, holds.Count, views.Count) switch
        {
            (null, _, _) => [new Text("The cluster knows no Rollouts: the controller's CRDs are not installed. There is nothing to do.")],
            (_, 0, _) => [new Text($"There are no rollouts{(isReleased ? "" : " that were released")}{(everywhere ? "" : $" in the namespace '{ns}'")}. There is nothing to do.")],
            (_, _, 0) => [new Text("All are gone, and everything was given back.")],
            _ => [RolloutTable.Render(views, everywhere, cli.Environment.Time.GetUtcNow())],
        });
        return wait.Refusal is { } refusal ? throw refusal : ExitCode.Done;
    }
}
