using System.Collections;
using System.Reflection;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Standalone;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Hosting;

/// <summary>What <c>canary-manager</c> is started with. Exit codes: 0 done, 3 usage or configuration.</summary>
internal static class CommandLine
{
    /// <summary>Wrong usage or configuration.</summary>
    public const int UsageExitCode = 3;

    private const string Usage =
        """
        canary-manager: decides about rollouts, standalone or for a Kubernetes cluster (mode: Kubernetes).

        Usage: canary-manager --config FILE [--check]

          --config FILE  the configuration, canary-controller.yaml; CANARY__SECTION__KEY in the environment overrides it
          --check        read and check the configuration, then exit
          --version      print the version
          --help         print this

        Exit codes: 0 done, 3 wrong usage or configuration.
        """;

    /// <summary>Runs the process.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var (file, check) = (default(string), false);
        for (var index = 0; index < args.Length; index++)
        {
            switch (args[index])
            {
                case "--help" or "-h":
                    await output.WriteLineAsync(Usage);
                    return 0;
                case "--version":
                    await output.WriteLineAsync(Version);
                    return 0;
                case "--check":
                    check = true;
                    break;
                case "--config" when index + 1 < args.Length:
                    file = args[++index];
                    break;
                default:
                    return await RefuseAsync(error, $"canary-manager: {args[index]}: unknown or incomplete option.{Environment.NewLine}{Usage}");
            }
        }

        return file is null
            ? await RefuseAsync(error, $"canary-manager: --config FILE is required.{Environment.NewLine}{Usage}")
            : await RunAsync(file, check, output, error);
    }

    /// <summary>The version that was built.</summary>
    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static async Task<int> RunAsync(string file, bool check, TextWriter output, TextWriter error)
    {
        try
        {
            var (options, problems) = ManagerOptionsReader.Read(file, EnvironmentVariables());
            if (problems.Count > 0)
            {
                return await RefuseAsync(error, string.Join(Environment.NewLine, problems.Select(problem => Describe(file, problem))));
            }

            if (check)
            {
                await output.WriteLineAsync($"{file} is valid.");
                return 0;
            }

            await using var app = ManagerHost.Build(options);
            await app.RunAsync();
            return 0;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException or DatabaseUnusableException or KubeConnectionException)
        {
            return await RefuseAsync(error, $"canary-manager: {wrong.Message}");
        }
    }

    private static string Describe(string file, FieldProblem problem) =>
        $"{file}: {problem.Path}: {(problem.Value is null ? "" : $"'{problem.Value}': ")}{problem.Message} {problem.Fix}".TrimEnd();

    private static async Task<int> RefuseAsync(TextWriter error, string text)
    {
        await error.WriteLineAsync(text);
        return UsageExitCode;
    }

    private static Dictionary<string, string?> EnvironmentVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
}
