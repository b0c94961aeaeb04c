using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>
/// How long nobody acts when the leader goes: from the signal to the next one's first write of a weight, which a command asks for that comes right after. Two managers follow each other over
/// the same cluster.
/// </summary>
internal static class LeaderBench
{
    private const int AtRest = 2_000;
    private const int Stops = 5;
    private const int Crashes = 3;

    /// <summary>The manager's default.</summary>
    private const int LeaseSeconds = 15;

    private static readonly TimeProvider _time = TimeProvider.System;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        var recording = await Recording.MakeAsync(cancellation);
        await using var stage = await ClusterStage.StartAsync([(recording.AtRest, AtRest), (recording.UnderWay, Stops + Crashes)], hasControllers: false, cancellation);
        await using var mesh = new Mesh(stage.Client);
        var leader = await stage.StartManagerAsync("manager-a", cancellation);
        var next = await stage.StartManagerAsync("manager-b", cancellation);
        var (stopped, crashed) = (new List<double>(), new List<double>());
        for (var trial = 0; trial < Stops + Crashes; trial++)
        {
            var isStop = trial < Stops;
            await Task.Delay(TimeSpan.FromSeconds(3), _time, cancellation);
            var shop = Recording.Busy(trial);
            var began = _time.GetTimestamp();
            await (isStop ? leader.Process.StopAsync() : leader.Process.KillAsync());
            await LiveShop.CommandAsync(stage.Client, shop.Namespace, shop.Name, "Abort", $"{shop.Name}-abort", cancellation);
            await stage.Processes.UntilAsync(
                "the next leader's write", TimeSpan.FromMilliseconds(10), () => Task.FromResult(mesh.WithoutCanary(shop.Namespace, shop.Name, began) is not null), cancellation);
            var seconds = _time.GetElapsedTime(began, mesh.WithoutCanary(shop.Namespace, shop.Name, began)!.Value).TotalSeconds;
            (isStop ? stopped : crashed).Add(seconds);
            await Console.Error.WriteLineAsync($"  {(isStop ? "SIGTERM" : "SIGKILL")}: the next acted after {seconds:0.00} s");
            (leader, next) = (next, await stage.StartManagerAsync(trial % 2 == 0 ? "manager-a" : "manager-b", cancellation));
        }

        return
        [
            new("kubernetes-leader", $"leader stops -> next acts, max of {Stops}", stopped.Max(), "s", AtMost: 2),
            new("kubernetes-leader", $"leader stops -> next acts, median of {Stops}", Statistics.Median(stopped), "s"),
            new("kubernetes-leader", $"leader is killed -> next acts, max of {Crashes} (lease {LeaseSeconds} s)", crashed.Max(), "s", AtMost: LeaseSeconds + 2),
        ];
    }
}
