namespace CanaryController.Gateway.Hosting;

/// <summary>What the command line asks for.</summary>
/// <param name="ConfigurationFile">Default <c>canary-gateway.yaml</c> in the current directory.</param>
/// <param name="CheckOnly">Read and judge the configuration, then end.</param>
/// <param name="Answer">A text to print instead of running; null: run.</param>
/// <param name="ExitCode">For <paramref name="Answer"/>.</param>
internal sealed record CommandLine(string ConfigurationFile, bool CheckOnly, string? Answer, int ExitCode)
{
    public const int Usage = 3;
    private const string DefaultFile = "canary-gateway.yaml";

    private const string Help = """
        canary-gateway: a reverse proxy that divides each route's requests between versions by weights that change live.

        Usage: canary-gateway [--config FILE] [--check]

          --config FILE   the configuration (default: canary-gateway.yaml); CANARY_GATEWAY__SECTION__KEY overrides it
          --check         say everything that is wrong with the configuration, and end: 0 nothing, 1 something
          --version       print the version
          --help          print this

        """;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var file = DefaultFile;
        var check = false;
        for (var index = 0; index < arguments.Count; index++)
        {
            switch (arguments[index])
            {
                case "--help" or "-h":
                    return new(file, check, Help, 0);
                case "--version":
                    return new(file, check, $"canary-gateway {typeof(CommandLine).Assembly.GetName().Version!.ToString(3)}\n", 0);
                case "--check":
                    check = true;
                    break;
                case "--config" when index + 1 < arguments.Count:
                    file = arguments[++index];
                    break;
                case var other when other.StartsWith("--config=", StringComparison.Ordinal):
                    file = other["--config=".Length..];
                    break;
                case var other:
                    return new(file, check, $"'{other}' is not known here, or its value is missing.\n\n{Help}", Usage);
            }
        }

        return new(file, check, null, 0);
    }
}
