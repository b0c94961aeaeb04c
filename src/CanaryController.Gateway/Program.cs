using System.Runtime.InteropServices;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Hosting;

var command = CommandLine.Parse(args);
if (command.Answer is not null)
{
    await (command.ExitCode == 0 ? Console.Out : Console.Error).WriteAsync(command.Answer);
    return command.ExitCode;
}

var read = GatewayOptionsReader.FromFile(command.ConfigurationFile);
if (read.Options is not { } options)
{
    foreach (var problem in read.Problems)
    {
        await Console.Error.WriteLineAsync(problem.ToString());
    }

    return 1;
}

if (command.CheckOnly)
{
    await Console.Out.WriteLineAsync($"{command.ConfigurationFile}: nothing is wrong, {options.Routes.Count} routes.");
    return 0;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var logs = LogSetup.Create(options.Logging);
return await GatewayRun.RunAsync(command.ConfigurationFile, options, logs, stop.Token);
