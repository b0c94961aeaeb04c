using System.Diagnostics;

namespace CanaryController.Examples.Demo.Processes;

/// <summary>
/// Ends everything that the demo started, also when the demo itself is killed with SIGKILL and can end nothing any more: a shell that reads the started
/// processes' ids from a pipe, and, when the pipe's other end is gone, kills those that are left and removes the temporary folder.
/// </summary>
internal sealed class Guardian : IDisposable
{
    // Ctrl-C in a terminal reaches the whole process group; the guardian has to survive it to do its work.
    private const string Script = """
        trap '' INT TERM HUP
        pids=' '
        while read -r sign pid; do
          case $sign in
            +) pids="$pids$pid " ;;
            -) pids="${pids%% $pid *} ${pids#* $pid }" ;;
          esac
        done
        for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
        [ -n "$0" ] || exit 0
        # A killed process may still write for a moment, and a folder that is written to is not removed.
        tries=0
        until rm -rf "$0" 2>/dev/null || [ $tries -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
        """;

    private readonly Process _shell;

    /// <summary>Starts watching.</summary>
    /// <param name="folder">Removed at the end; empty to keep it.</param>
    public Guardian(string folder)
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, folder]) { RedirectStandardInput = true, UseShellExecute = false })
            ?? throw new DemoException("cannot start /bin/sh");
        _shell.StandardInput.AutoFlush = true;
    }

    /// <summary>Kill this one at the end.</summary>
    public void Watch(int processId) => _shell.StandardInput.WriteLine($"+ {processId}");

    /// <summary>This one has ended: its id may soon belong to somebody else.</summary>
    public void Forget(int processId) => _shell.StandardInput.WriteLine($"- {processId}");

    /// <summary>Ends what is left and waits for it.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
