using System.Runtime.InteropServices;

namespace CanaryController.Cli.Hosting;

/// <summary>
/// The signals that end the program: the first one lets it write what it owes, reports of a wait for example; a second one ends it at once. Runners that cancel a job send SIGINT or SIGTERM
/// and kill a few seconds later.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private ExitCode? _by;

    public StopSignals()
    {
        _interrupt = Hear(PosixSignal.SIGINT, ExitCode.Interrupted);
        _terminate = Hear(PosixSignal.SIGTERM, ExitCode.Terminated);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What to exit with: an end by a signal says by which one.</summary>
    public int ExitOf(int code) => code == (int)ExitCode.Interrupted && _by is { } signal ? (int)signal : code;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private PosixSignalRegistration Hear(PosixSignal signal, ExitCode exit) => PosixSignalRegistration.Create(signal, context =>
    {
        if (_by is null)
        {
            _by = exit;
            context.Cancel = true;
            _stop.Cancel();
        }
    });
}
