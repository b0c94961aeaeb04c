using System.CommandLine;
using System.CommandLine.Parsing;
using CanaryController.Cli.Controller;

namespace CanaryController.Cli.Hosting;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class Misuse
{
    /// <summary>For arguments: a word that begins with a dash is a misspelt option, never a name. <c>-</c> alone is standard input.</summary>
    public static void RefuseOptions(ArgumentResult result)
    {
        if (result.Tokens.Any(token => IsOption(token.Value)))
        {
            result.AddError("An option is not known.");
        }
    }

    /// <summary>Writes it to stderr.</summary>
    public static ExitCode Explain(ParseResult parsed, CliEnvironment environment)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? environment.ProgramName : $"{environment.ProgramName} {command.Name}";
        if (UnknownOption(parsed) is { } option)
        {
            environment.Error.WriteLine($"'{path}' has no option '{option}'.{Hint(option, OptionsOf(command, parsed.RootCommandResult.Command))}");
        }
        else if (command is RootCommand && parsed.UnmatchedTokens is [var word, ..])
        {
            environment.Error.WriteLine($"There is no command '{word}'.{Hint(word, command.Subcommands.Where(candidate => !candidate.Hidden).Select(candidate => candidate.Name))}");
        }
        else
        {
            foreach (var message in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            {
                environment.Error.WriteLine(message);
            }
        }

        environment.Error.WriteLine($"'{path} --help' shows how it is used.");
        return ExitCode.Usage;
    }

    private static string? UnknownOption(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens)
            .FirstOrDefault(IsOption);

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static IEnumerable<string> OptionsOf(Command command, Command root) =>
        command.Options.Concat(root.Options).Where(option => !option.Hidden).SelectMany(option => option.Aliases.Prepend(option.Name)).Distinct(StringComparer.Ordinal);

    private static string Hint(string word, IEnumerable<string> known)
    {
        var near = known.Where(name => name.Length > 2).ToLookup(name => NearNames.Distance(word, name));
        var hint = string.Join(" or ", near.Where(names => names.Key <= NearNames.MaxDistance).MinBy(names => names.Key)?.Select(name => $"'{name}'") ?? []);
        return hint.Length > 0 ? $" Did you mean {hint}?" : "";
    }
}
