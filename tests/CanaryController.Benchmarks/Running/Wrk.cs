using System.Diagnostics;
using System.Globalization;

namespace CanaryController.Benchmarks.Running;

/// <summary>What one run of wrk saw.</summary>
internal sealed record Load(double RequestsASecond, double P99Milliseconds)
{
    public override string ToString() => $"{RequestsASecond:N0} requests/s, p99 {P99Milliseconds:0.00} ms";
}

/// <summary>The load generator wrk: each connection sends its next request when it has the answer to the one before.</summary>
/// <param name="program">Its path.</param>
/// <param name="folder">Where its script is put.</param>
/// <param name="connections">At once, kept open.</param>
internal sealed class Wrk(string program, string folder, int connections)
{
    // One line that a program can read: wrk's own summary is rounded to three digits.
    private const string Script = """
        function done(summary, latency)
          local failed = summary.errors
          io.write(string.format("figures %d %d %f %d\n", summary.requests, summary.duration, latency:percentile(99),
            failed.connect + failed.read + failed.write + failed.timeout + failed.status))
        end
        """;

    /// <summary>Loads a port of 127.0.0.1.</summary>
    /// <exception cref="InvalidOperationException">A request failed: the figures would say nothing.</exception>
    public async Task<Load> RunAsync(int port, TimeSpan duration, CancellationToken cancellation)
    {
        var script = Path.Combine(folder, "wrk.lua");
        await File.WriteAllTextAsync(script, Script, cancellation);
        var start = new ProcessStartInfo(program, ["-t1", $"-c{connections}", $"-d{duration.TotalSeconds}s", "-s", script, BenchStage.Local(port).ToString()])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var wrk = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started.");
        try
        {
            var output = await wrk.StandardOutput.ReadToEndAsync(cancellation);
            await wrk.WaitForExitAsync(cancellation);
            return Read(output);
        }
        finally
        {
            if (!wrk.HasExited)
            {
                wrk.Kill();
            }
        }
    }

    private static Load Read(string output)
    {
        string[] figures = output.Split('\n').FirstOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal))?.Split(' ') ?? [];
        if (figures is not [_, var requests, var microseconds, var p99Microseconds, "0"])
        {
            throw new InvalidOperationException($"wrk saw requests fail, or did not run to its end:\n{output}");
        }

        return new Load(Number(requests) / (Number(microseconds) / 1e6), Number(p99Microseconds) / 1e3);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
