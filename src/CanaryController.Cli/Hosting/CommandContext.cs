using System.CommandLine;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;

namespace CanaryController.Cli.Hosting;

/// <summary>What the commands share: the process around them, the global options, and what follows from both.</summary>
internal sealed class CommandContext(CliEnvironment environment)
{
    private const int MaxNameLength = 253;

    /// <summary>The process.</summary>
    public CliEnvironment Environment { get; } = environment;

    /// <summary>The options that every command takes.</summary>
    public GlobalOptions Options { get; } = new();

    /// <summary>Connects to the controller.</summary>
    public ControllerClient Connect(ParseResult parsed) => new(Settings(parsed), Environment.Time);

    /// <summary>Where the controller is.</summary>
    public ConnectionSettings Settings(ParseResult parsed) => ConnectionSettings.Resolve(
        parsed.GetValue(Options.Url), parsed.GetValue(Options.TokenFile), parsed.GetValue(Options.Insecure), Environment.Variable);

    /// <summary>Prints results.</summary>
    public Printer Printer(ParseResult parsed) => new(Environment, parsed.GetValue(Options.Output), parsed.GetValue(Options.NoColor));

    /// <summary>The namespace asked for.</summary>
    public string Namespace(ParseResult parsed) =>
        parsed.GetValue(Options.Namespace) ?? (Environment.Variable("CANARY_NAMESPACE") is { Length: > 0 } variable ? variable : "default");

    /// <summary>The rollout asked for; <c>namespace/name</c> is taken as well.</summary>
    public RolloutKey Key(ParseResult parsed, string rollout)
    {
        var parts = rollout.Split('/');
        return parts switch
        {
            [var name] when IsName(name) => new RolloutKey(Namespace(parsed), name),
            [var @namespace, var name] when IsName(@namespace) && IsName(name) => new RolloutKey(@namespace, name),
            _ => throw new CliException(ExitCode.Usage, $"'{rollout}' is no rollout's name: lower-case letters, digits, '-' and '.', like 'shop' or 'default/shop'."),
        };
    }

    /// <summary>Makes the argument that names a rollout, completed by asking the controller.</summary>
    public Argument<string> RolloutArgument()
    {
        var argument = new Argument<string>("ROLLOUT") { Description = "The rollout's name, or namespace/name" };
        argument.CompletionSources.Add(context => RolloutNames.Complete(this, context.ParseResult));
        return argument;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.');
}
