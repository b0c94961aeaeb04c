using System.Diagnostics;

namespace CanaryController.Examples.Demo.Processes;

/// <summary>One program that the demo runs; it can be stopped, killed and started again. Its output goes to a file.</summary>
internal sealed class ChildProcess(string name, string program, IReadOnlyList<string> arguments, string logFile, Guardian guardian, TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(8);

    private Process? _process;

    /// <summary>What people call it.</summary>
    public string Name => name;

    /// <summary>Its process id while it runs; 0 before and after.</summary>
    public int Id => _process?.Id ?? 0;

    /// <summary>It was started, nobody stopped it, and yet it has ended.</summary>
    public bool EndedByItself => _process is { HasExited: true };

    /// <summary>Starts it. The shell only redirects the output and becomes the program: the process id is the program's.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", logFile, program, .. arguments]);
        _process = Process.Start(start) ?? throw new DemoException($"cannot start {program}");
        guardian.Watch(_process.Id);
    }

    /// <summary>Asks it to end (SIGTERM), and kills it when it does not within some seconds.</summary>
    public async Task StopAsync()
    {
        if (Release() is not { } process)
        {
            return;
        }

        if (!process.HasExited)
        {
            using var signal = Process.Start("/bin/sh", ["-c", "kill -TERM \"$0\"", $"{process.Id}"]);
            using var deadline = new CancellationTokenSource(_patience, time);
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        await EndedAsync(process);
    }

    /// <summary>Kills it (SIGKILL): it gets no chance to put anything in order.</summary>
    public async Task KillAsync()
    {
        if (Release() is { } process)
        {
            process.Kill();
            await EndedAsync(process);
        }
    }

    /// <summary>The last lines that it wrote.</summary>
    public IEnumerable<string> LogTail(int lines) => File.Exists(logFile) ? File.ReadLines(logFile).TakeLast(lines) : [];

    // From here its end is wanted.
    private Process? Release() => Interlocked.Exchange(ref _process, null);

    private async Task EndedAsync(Process process)
    {
        await process.WaitForExitAsync();
        guardian.Forget(process.Id);
        process.Dispose();
    }
}
