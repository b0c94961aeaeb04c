using System.CommandLine;
using CanaryController.Cli.Rendering;

namespace CanaryController.Cli.Hosting;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>The controller's address.</summary>
    public Option<string?> Url { get; } = new("--url") { HelpName = "URL", Description = $"The controller's address [CANARY_URL; default: {ConnectionSettings.DefaultUrl}]", Recursive = true };

    /// <summary>The file that holds the token.</summary>
    public Option<string?> TokenFile { get; } = new("--token-file") { HelpName = "FILE", Description = "File that holds the access token [CANARY_TOKEN_FILE]", Recursive = true };

    /// <summary>Allows a token over plain HTTP to another machine.</summary>
    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Send the token over plain http to another machine, where anybody on the way can read it", Recursive = true };

    /// <summary>The file that says where the cluster is.</summary>
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { HelpName = "FILE", Description = "Ask the cluster of this kubeconfig instead of a controller's address [KUBECONFIG, ~/.kube/config]", Recursive = true };

    /// <summary>Which cluster and user of the kubeconfig.</summary>
    public Option<string?> Context { get; } = new("--context") { HelpName = "NAME", Description = "The kubeconfig's context [default: its current one]", Recursive = true };

    /// <summary>The namespace.</summary>
    public Option<string?> Namespace { get; } = new("--namespace", "-n") { HelpName = "NS", Description = "The rollout's namespace [CANARY_NAMESPACE; default: the kubeconfig context's, else default]", Recursive = true };

    /// <summary>The form of the result.</summary>
    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        HelpName = "table|json|yaml",
        Description = "The form of the result; json and yaml are the API's own, stable form; wait also knows junit and github [default: table]",
        Recursive = true,
        CustomParser = result => Enum.TryParse<OutputFormat>(result.Tokens[0].Value, ignoreCase: true, out var format) && Enum.IsDefined(format)
            ? format
            : Wrong(result, $"--output '{result.Tokens[0].Value}' is not one of table, json, yaml, and of wait also junit, github."),
    };

    /// <summary>Turns colour off.</summary>
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colour, also on a terminal [NO_COLOR]", Recursive = true };

    /// <summary>Adds all of them to the root command.</summary>
    public void AddTo(Command root)
    {
        Output.CompletionSources.Clear();
        Output.CompletionSources.Add("table", "json", "yaml", "junit", "github");
        foreach (var option in (Option[])[Namespace, Output, Url, TokenFile, Insecure, Kubeconfig, Context, NoColor])
        {
            root.Add(option);
        }
    }

    private static OutputFormat Wrong(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }
}
