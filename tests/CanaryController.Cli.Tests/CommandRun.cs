using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Tests;

/// <summary>What a run of the program did.</summary>
internal sealed record CommandRun(int Exit, string Output, string Error)
{
    /// <summary>Runs it in this process, with a clock that stands still and reads UTC.</summary>
    public static async Task<CommandRun> OfAsync(string line, FakeController? controller = null, Func<CliEnvironment, CliEnvironment>? with = null, CancellationToken cancellation = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var environment = new CliEnvironment
        {
            Input = TextReader.Null,
            Output = output,
            Error = error,
            Variable = name => name == "CANARY_URL" ? controller?.Url : null,
            Time = new StandingClock(),
            PollInterval = TimeSpan.FromMilliseconds(1),
        };
        environment = with?.Invoke(environment) ?? environment;
        var exit = await CommandLine.RunAsync([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)], environment, cancellation);
        return new CommandRun(exit, output.ToString(), error.ToString());
    }

    /// <summary>The date stands still, so that pictures are the same every day; timers run.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Sample.Now;
    }
}
