using System.CommandLine;
using System.Runtime.CompilerServices;
using CanaryController.Cli.Cluster;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;
using CanaryController.Resources.Rules;

namespace CanaryController.Cli.Hosting;

/// <summary>What the commands share: the process around them, the global options, and what follows from both.</summary>
internal sealed class CommandContext(CliEnvironment environment)
{
    private readonly ConditionalWeakTable<ParseResult, ClusterSettings?> _cluster = [];

    /// <summary>The process.</summary>
    public CliEnvironment Environment { get; } = environment;

    /// <summary>The options that every command takes.</summary>
    public GlobalOptions Options { get; } = new();

    /// <summary>Connects to the controller, or to the cluster.</summary>
    public IRolloutApi Connect(ParseResult parsed)
    {
        RefuseReports(parsed);
        return Cluster(parsed) is { } cluster ? new ClusterClient(cluster, Environment) : new ControllerClient(Settings(parsed), Environment.Time);
    }

    /// <summary>Connects to the cluster, for what only its objects can do.</summary>
    /// <exception cref="CliException">A controller's address is to be asked.</exception>
    public ClusterClient ConnectCluster(ParseResult parsed, string command) => Cluster(parsed) is { } cluster
        ? new ClusterClient(cluster, Environment)
        : throw new CliException(
            ExitCode.Usage,
            $"'{command}' changes the cluster's objects, which a controller's HTTP API does not do; {Settings(parsed)} would be asked because of {Settings(parsed).UrlSource}. Name the cluster with --kubeconfig or --context.");

    /// <summary>Where the controller is.</summary>
    public ConnectionSettings Settings(ParseResult parsed) => ConnectionSettings.Resolve(
        parsed.GetValue(Options.Url), parsed.GetValue(Options.TokenFile), parsed.GetValue(Options.Insecure), Environment.Variable);

    /// <summary>The cluster, when it is to be asked; null when a controller's address is.</summary>
    public ClusterSettings? Cluster(ParseResult parsed)
    {
        if (!_cluster.TryGetValue(parsed, out var settings))
        {
            var (file, context) = (parsed.GetValue(Options.Kubeconfig), parsed.GetValue(Options.Context));
            var why = ConnectionChoice.WhyCluster(
                parsed.GetValue(Options.Url), HttpOnly(parsed), file, context, Environment.IsKubectlPlugin, Environment.Variable);
            settings = why is null ? null : ClusterSettings.Resolve(file, context, why, Environment.Variable);
            // Resolving may run a plugin: once is enough.
            _cluster.Add(parsed, settings);
        }

        return settings;
    }

    /// <summary>Prints results.</summary>
    public Printer Printer(ParseResult parsed)
    {
        RefuseReports(parsed);
        return new(Environment, parsed.GetValue(Options.Output), parsed.GetValue(Options.NoColor));
    }

    /// <summary>Reports are of a wait: whoever asks another command for one would get something else, after it was carried out.</summary>
    private void RefuseReports(ParseResult parsed)
    {
        if (parsed.GetValue(Options.Output) is OutputFormat.JUnit or OutputFormat.GitHub && parsed.CommandResult.Command is not CliCommand { WritesReports: true })
        {
            throw new CliException(ExitCode.Usage, $"--output junit and github are for 'wait' and 'start --wait'; '{parsed.CommandResult.Command.Name}' writes table, json or yaml.");
        }
    }

    /// <summary>The namespace asked for.</summary>
    /// <exception cref="CliException">It is no namespace's name.</exception>
    public string Namespace(ParseResult parsed)
    {
        var (name, source) = (parsed.GetValue(Options.Namespace), Environment.Variable("CANARY_NAMESPACE")) switch
        {
            ({ } option, _) => (option, "--namespace"),
            (null, { Length: > 0 } variable) => (variable, "CANARY_NAMESPACE"),
            (null, _) => Cluster(parsed)?.Namespace is { } ofContext ? (ofContext, "the kubeconfig's context") : ("default", "the default"),
        };
        return Names.IsDnsLabel(name) ? name : throw new CliException(ExitCode.Usage, $"'{name}' ({source}) is no namespace's name: at most 63 of a-z, 0-9 and '-'. -A shows all namespaces.");
    }

    /// <summary>The rollout asked for; <c>namespace/name</c> is taken as well.</summary>
    public RolloutKey Key(ParseResult parsed, string rollout)
    {
        var parts = rollout.Split('/');
        return parts switch
        {
            [var name] when Names.IsDnsLabel(name) => new RolloutKey(Namespace(parsed), name),
            [var @namespace, var name] when Names.IsDnsLabel(@namespace) && Names.IsDnsLabel(name) => new RolloutKey(@namespace, name),
            _ => throw new CliException(ExitCode.Usage, $"'{rollout}' is no rollout's name: at most 63 of a-z, 0-9 and '-', like 'shop' or 'default/shop'."),
        };
    }

    /// <summary>The option among those that only make sense with a controller's address, if one was given.</summary>
    private string? HttpOnly(ParseResult parsed) =>
        parsed.GetValue(Options.TokenFile) is not null ? Options.TokenFile.Name : parsed.GetValue(Options.Insecure) ? Options.Insecure.Name : null;

    /// <summary>Makes the argument that names a rollout, completed by asking the controller.</summary>
    public Argument<string> RolloutArgument()
    {
        // Without a help name the library would show the completions in its place, and ask the controller for them.
        var argument = new Argument<string>("ROLLOUT") { HelpName = "ROLLOUT", Description = "The rollout's name, or namespace/name" };
        argument.Validators.Add(Misuse.RefuseOptions);
        argument.CompletionSources.Add(context => RolloutNames.Complete(this, context.ParseResult));
        return argument;
    }
}
