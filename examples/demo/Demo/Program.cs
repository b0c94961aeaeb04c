using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using CanaryController.Examples.Demo;

// Ctrl-C, SIGTERM and a closed terminal all mean: end everything that was started, then go.
using var stop = new CancellationTokenSource();
PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
var registrations = signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true;
    stop.Cancel();
})).ToList();

var given = DemoCommand.Create().Parse(args);
if (given.Action is ParseErrorAction mistake)
{
    // The mistake names what is possible: the whole help would bury it.
    mistake.ShowHelp = false;
}

var exitCode = await given.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);
registrations.ForEach(registration => registration.Dispose());
return exitCode;
