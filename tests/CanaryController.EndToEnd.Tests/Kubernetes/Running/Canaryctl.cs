using System.Diagnostics;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>The real canaryctl, as a pipeline runs it.</summary>
internal static class Canaryctl
{
    /// <summary>Runs it to its end; given up, it is killed.</summary>
    public static async Task<CanaryctlRun> RunAsync(Guardian guardian, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs.Folder("CanaryController.Cli"), "canaryctl"), arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("canaryctl did not start.");
        guardian.Watch(process.Id);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            return new(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            guardian.Forget(process.Id);
        }
    }
}

/// <summary>How it ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What stands in its standard output.</param>
/// <param name="Error">What stands in its standard error.</param>
internal sealed record CanaryctlRun(int ExitCode, string Output, string Error);
