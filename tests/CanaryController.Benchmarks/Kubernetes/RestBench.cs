using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>What 10,000 Rollouts at rest cost: the start until each was decided about, and standing by for their changes. The stub holds what <see cref="Recording"/> says, 10,000 times.</summary>
internal static class RestBench
{
    private const int Rollouts = 10_000;
    private const int Starts = 3;

    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        var recording = await Recording.MakeAsync(cancellation);
        await Console.Error.WriteLineAsync($"  {Rollouts:N0} copies of {recording.AtRest.Count - 1} objects, {recording.AtRest.Sum(line => line.Length) / 1024.0:0} KB each …");
        await using var stage = await ClusterStage.StartAsync([(recording.AtRest, Rollouts)], hasControllers: false, cancellation);
        using var client = new HttpClient();
        var (known, decided, lists, cpu) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        ManagerProcess manager = null!;
        for (var start = 1; start <= Starts; start++)
        {
            var before = (await stage.Client.RequestsAsync(cancellation)).Count;
            manager = await stage.StartManagerAsync("manager", cancellation);
            known.Add(Since(manager.Began));
            await stage.Processes.UntilAsync(
                "each rollout decided about",
                TimeSpan.FromMilliseconds(200),
                async () => await manager.MetricAsync(client, "canary_reconcile_duration_seconds_count", cancellation) >= Rollouts,
                cancellation);
            decided.Add(Since(manager.Began));
            cpu.Add(ProcessFigures.CpuSeconds(manager.Process.Id));
            var asked = (await stage.Client.RequestsAsync(cancellation)).Skip(before).ToList();
            lists.Add(asked.Count(request => request.Verb == "list"));
            await Console.Error.WriteLineAsync($"  start {start} of {Starts}: known after {known[^1]:0.0} s, decided after {decided[^1]:0.0} s, {cpu[^1]:0.0} s of CPU; asked: {Told(asked)}");
            if (start < Starts)
            {
                await manager.Process.StopAsync();
            }
        }

        return
        [
            new("kubernetes-idle", $"{Rollouts} Rollouts: start -> all objects known, median of {Starts}", Statistics.Median(known), "s"),
            new("kubernetes-idle", $"start -> first decision about each, median of {Starts}", Statistics.Median(decided), "s", AtMost: 5),
            new("kubernetes-idle", "the manager's CPU time for that", Statistics.Median(cpu), "s"),
            new("kubernetes-idle", "list requests at start", Statistics.Median(lists), "requests"),
            .. await IdleAsync(stage, manager, cancellation),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> IdleAsync(ClusterStage stage, ManagerProcess manager, CancellationToken cancellation)
    {
        var id = manager.Process.Id;
        await Task.Delay(_settling, TimeProvider.System, cancellation);
        var (before, cpu, from) = ((await stage.Client.RequestsAsync(cancellation)).Count, ProcessFigures.CpuSeconds(id), TimeProvider.System.GetTimestamp());
        await Task.Delay(_window, TimeProvider.System, cancellation);
        var percent = 100 * (ProcessFigures.CpuSeconds(id) - cpu) / Since(from);
        var asked = (await stage.Client.RequestsAsync(cancellation)).Skip(before).ToList();
        await Console.Error.WriteLineAsync($"  idle for {_window.TotalSeconds:0} s: {percent:0.0} % of a core, {ProcessFigures.Megabytes(id):0} MB, at most {ProcessFigures.PeakMegabytes(id):0} MB; asked: {Told(asked)}");
        return
        [
            new("kubernetes-idle", "idle: resident memory", ProcessFigures.Megabytes(id), "MB", AtMost: 300),
            new("kubernetes-idle", "most resident memory since the start", ProcessFigures.PeakMegabytes(id), "MB"),
            new("kubernetes-idle", "idle: CPU of one core", percent, "%", AtMost: 3),
            new("kubernetes-idle", "idle: requests but watches and the lease", asked.Count(request => !request.IsUpkeep), "requests", AtMost: 0),
            new("kubernetes-idle", "idle: watches and lease requests a minute", asked.Count(request => request.IsUpkeep) / _window.TotalMinutes, "requests"),
        ];
    }

    private static string Told(IEnumerable<ManagerRequest> requests) => string.Join(", ", requests.CountBy(request => request.ToString()).Select(each => $"{each.Value} {each.Key}").Order());

    private static double Since(long began) => TimeProvider.System.GetElapsedTime(began).TotalSeconds;
}
