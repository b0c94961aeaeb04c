using CanaryController.Cli;
using CanaryController.Cli.Hosting;

using var signals = new StopSignals();
return signals.ExitOf(await CommandLine.RunAsync(args, CliEnvironment.OfThisProcess(), signals.Token));
