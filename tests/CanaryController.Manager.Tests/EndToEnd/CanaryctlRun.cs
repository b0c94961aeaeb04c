using CanaryController.Cli.Hosting;

namespace CanaryController.Manager.Tests.EndToEnd;

/// <summary>What a run of canaryctl did. It runs in this process and speaks HTTP; what it shows of the time is the clock of the test, and its own timers are those of the machine.</summary>
internal sealed record CanaryctlRun(int Exit, string Output, string Error)
{
    /// <summary>Runs a command line.</summary>
    public static async Task<CanaryctlRun> OfAsync(string line, TimeProvider time, Func<string, string?> variable, CancellationToken cancellation)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var environment = new CliEnvironment
        {
            Input = TextReader.Null,
            Output = output,
            Error = error,
            Variable = variable,
            Time = new ShownTime(time),
            PollInterval = TimeSpan.FromMilliseconds(1),
            Width = 200,
        };
        var exit = await Cli.CommandLine.RunAsync([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)], environment, cancellation);
        var run = new CanaryctlRun(exit, output.ToString(), error.ToString());

        // The pictures in docs/approvals.md and docs/ci-gates.md come from here.
        TestContext.Current.TestOutputHelper?.WriteLine($"$ canaryctl {line}\n{run.Error}{run.Output}exit code {exit}\n");
        return run;
    }

    private sealed class ShownTime(TimeProvider shown) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => shown.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => shown.GetUtcNow();

        public override long GetTimestamp() => shown.GetTimestamp();
    }
}
