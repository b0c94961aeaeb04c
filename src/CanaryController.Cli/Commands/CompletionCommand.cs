using System.CommandLine;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Commands;

/// <summary><c>completion</c>: a script that teaches a shell to complete commands, options and names of rollouts.</summary>
internal static class CompletionCommand
{
    private static readonly string[] _shells = ["bash", "zsh", "fish", "powershell", "kubectl"];

    public static Command Create(CommandContext cli)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", _shells) };
        shell.AcceptOnlyFromAmong(_shells);
        var command = new CliCommand("completion", "Print a script that teaches a shell, or kubectl, to complete commands, options and names of rollouts.")
        {
            Examples =
            [
                ("completion bash > /etc/bash_completion.d/canaryctl", "bash, for everybody"),
                ("completion zsh > \"${fpath[1]}/_canaryctl\"", "zsh"),
                ("completion fish > ~/.config/fish/completions/canaryctl.fish", "fish"),
                ("completion powershell >> $PROFILE", "PowerShell"),
                ("completion kubectl > /usr/local/bin/kubectl_complete-canary", "For 'kubectl canary', in any shell that completes kubectl; make the file executable"),
            ],
        };
        command.Add(shell);
        command.SetAction(parsed =>
        {
            cli.Environment.Output.Write(Script(parsed.GetRequiredValue(shell), cli.Environment.ProgramName));
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>The script for one shell.</summary>
    internal static string Script(string shell, string program)
    {
        var name = $"CanaryController.Cli.Completion.{shell}";
        using var stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("@PROGRAM@", program.Replace(' ', '-'), StringComparison.Ordinal).Replace("@COMPLETE@", CompleteCommand.Name, StringComparison.Ordinal);
    }
}
