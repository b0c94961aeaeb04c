using CanaryController.Cli;
using CanaryController.Cli.Hosting;

return await CommandLine.RunAsync(args, CliEnvironment.OfThisProcess());
