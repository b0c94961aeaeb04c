using System.Text.Json;
using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>
/// How fast a failing canary loses its traffic on Kubernetes: from the moment that enough failures can be queried from a real Prometheus (1 s scrape) to the moment that a watch tells of
/// the route with weight 0. Each trial fails another one of the rollouts under way, all requests of its canary at once.
/// </summary>
internal static class KubernetesReactionBench
{
    private const int Trials = 15;
    private const int Others = 1_000;
    private const int Targets = 2;
    private const int RequestsASecond = 20;

    /// <summary>So many failed requests are overwhelming evidence; see <see cref="ReactionBench"/>.</summary>
    private const int OverwhelmingFailures = 10;

    private static readonly TimeProvider _time = TimeProvider.System;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        var recording = await Recording.MakeAsync(cancellation);
        return
        [
            .. await SeriesAsync(recording, $"{Trials} rollouts under way", Trials, cancellation),
            .. await SeriesAsync(recording, $"{Others + Trials} rollouts under way", Others + Trials, cancellation),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> SeriesAsync(Recording recording, string what, int rollouts, CancellationToken cancellation)
    {
        var routes = recording.Routes(rollouts);
        await using var gateways = await SyntheticGateways.StartAsync(Targets, routes, cancellation, RequestsASecond);
        await using var stage = await ClusterStage.StartAsync([(recording.UnderWay, rollouts)], hasControllers: false, cancellation);
        await stage.Processes.StartPrometheusAsync("1s", gateways.Ports, cancellation);
        await using var mesh = new Mesh(stage.Client);
        using var client = new HttpClient();
        var manager = await stage.StartManagerAsync("manager", cancellation);
        await stage.Processes.UntilAsync($"{rollouts} rollouts judged", TimeSpan.FromSeconds(1), async () => (await manager.JudgedAsync(client, cancellation)).Count == rollouts, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(10), _time, cancellation);

        var moments = new Random(7);
        var seconds = new List<double>();
        for (var trial = 0; trial < Trials; trial++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (2 * moments.NextDouble())), _time, cancellation);
            seconds.Add(await TrialAsync(stage, gateways, mesh, client, routes[trial].Name, Recording.Busy(trial), cancellation));
            await Console.Error.WriteLineAsync($"  {what}, trial {trial + 1} of {Trials}: {seconds[^1]:0.000} s");
        }

        return
        [
            new("kubernetes-reaction", $"{what}: {OverwhelmingFailures} failures visible in Prometheus -> weight 0 written, median", Statistics.Median(seconds), "s", AtMost: 0.3),
            new("kubernetes-reaction", $"{what}: {OverwhelmingFailures} failures visible in Prometheus -> weight 0 written, max", seconds.Max(), "s", AtMost: 0.8),
        ];
    }

    private static async Task<double> TrialAsync(
        ClusterStage stage, SyntheticGateways gateways, Mesh mesh, HttpClient client, string route, (string Namespace, string Name) shop, CancellationToken cancellation)
    {
        var query = Uri.EscapeDataString($$"""sum(canary_gateway_requests_total{route="{{route}}",code="500"})""");
        var url = BenchStage.Local(stage.Processes.PrometheusPort, $"/api/v1/query?query={query}");
        var (before, began) = (await ValueAsync(client, url, cancellation), _time.GetTimestamp());
        gateways.Fail(route);
        long? first = null, enough = null;
        await stage.Processes.UntilAsync($"weight 0 of {route}", TimeSpan.FromMilliseconds(10), async () =>
        {
            // As of the answer: what it shows was visible a moment earlier, which is to our disadvantage.
            var failures = enough is null ? await ValueAsync(client, url, cancellation) - before : 0;
            first ??= failures > 2 ? _time.GetTimestamp() : null;
            enough ??= failures >= OverwhelmingFailures ? _time.GetTimestamp() : null;
            return mesh.WithoutCanary(shop.Namespace, shop.Name, began) is not null;
        }, cancellation);
        var gone = mesh.WithoutCanary(shop.Namespace, shop.Name, began)!.Value;

        // Fewer may have been enough: then it counts from the first ones.
        var visible = enough is { } at && at <= gone ? at : first ?? gone;
        return Math.Max(0, _time.GetElapsedTime(visible, gone).TotalSeconds);
    }

    private static async Task<double> ValueAsync(HttpClient client, Uri url, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(await client.GetStringAsync(url, cancellation));
        var result = json.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? 0 : double.Parse(result[0].GetProperty("value")[1].GetString()!);
    }
}
