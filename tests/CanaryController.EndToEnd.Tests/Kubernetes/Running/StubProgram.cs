using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>The API server stub as a process.</summary>
internal sealed class StubProgram : IAsyncDisposable
{
    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;

    private StubProgram(ChildProcess process, string kubeconfig) => (_process, Kubeconfig) = (process, kubeconfig);

    /// <summary>The file that it wrote.</summary>
    public string Kubeconfig { get; }

    /// <summary>Starts it; returns when it says that it serves: then it has written its kubeconfig.</summary>
    public static async Task<StubProgram> StartAsync(string folder, Guardian guardian, TimeProvider time, CancellationToken cancellation)
    {
        var kubeconfig = Path.Combine(folder, "kubeconfig");
        var program = Path.Combine(Programs.Folder("CanaryController.ApiServerStub"), "CanaryController.ApiServerStub");
        var process = new ChildProcess("stub", program, ["--controllers", "--token", "e2e", "--kubeconfig", kubeconfig], Path.Combine(folder, "stub.txt"), guardian, time);
        process.Start();
        using var limit = new CancellationTokenSource(_startDeadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        while (!process.LogTail(50).Any(line => line.StartsWith("serving ", StringComparison.Ordinal)))
        {
            if (process.EndedByItself)
            {
                throw new InvalidOperationException($"The API server stub ended:\n{string.Join('\n', process.LogTail(50))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, both.Token);
        }

        return new(process, kubeconfig);
    }

    public async ValueTask DisposeAsync() => await _process.KillAsync();
}
