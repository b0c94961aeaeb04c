using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CanaryController.Benchmarks.Running;
using CanaryController.Core.Rollouts;
using CanaryController.Examples.Demo.Load;
using CanaryController.Resources.Api;

namespace CanaryController.Benchmarks;

/// <summary>
/// How fast a failing canary loses its traffic, for real: gateway, Prometheus with a 1 s scrape and manager as processes, 100 requests/s, the canary at
/// 50 %. Each trial retries the rollout, lets it be healthy for a while, and then switches the fault on at a moment drawn from a seed.
/// </summary>
internal sealed class ReactionBench : IAsyncDisposable
{
    private const int Trials = 20;

    /// <summary>
    /// So many failed requests are overwhelming evidence. A scrape that comes a tenth of a second after the fault shows fewer among the good ones of its second, and the next
    /// one has to be waited for: that is the scrape's time, not the controller's.
    /// </summary>
    private const int OverwhelmingFailures = 10;

    private static readonly TimeProvider _time = TimeProvider.System;

    private readonly BenchStage _stage = new();
    private readonly HttpClient _client = new();
    private readonly Random _moments = new(7);
    private FaultyUpstream _stable = null!;
    private FaultyUpstream _canary = null!;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var bench = new ReactionBench();
        await bench.StartAsync(cancellation);
        await using var load = LoadGenerator.Start(BenchStage.Local(bench._stage.GatewayPort), 100, seed: 1, _time);
        var figures = new List<Figure>();
        figures.AddRange(await bench.SeriesAsync("total failure", 1, (AtMost: 2, AtMostMax: null), (0.3, 0.8), cancellation));
        figures.AddRange(await bench.SeriesAsync("5 % of 50 requests/s fail", 0.05, (AtMost: 6, AtMostMax: null), (null, null), cancellation));
        return figures;
    }

    public async ValueTask DisposeAsync()
    {
        await _stage.DisposeAsync();
        await _stable.DisposeAsync();
        await _canary.DisposeAsync();
        _client.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        _stable = await FaultyUpstream.StartAsync(1, cancellation);
        _canary = await FaultyUpstream.StartAsync(2, cancellation);
        await _stage.StartGatewayAsync($$"""
            - name: shop
              path: /
              stable: v1
              versions:
                v1: {addresses: ['http://127.0.0.1:{{_stable.Port}}']}
                v2: {addresses: ['http://127.0.0.1:{{_canary.Port}}']}
            """, cancellation);
        await _stage.StartPrometheusAsync("1s", [_stage.AdminPort], cancellation);
        await File.WriteAllTextAsync(Path.Combine(_stage.Folder, "rollouts", "shop.yaml"), """
            apiVersion: canarycontroller.io/v1alpha1
            kind: Rollout
            metadata: {name: shop}
            spec:
              workload: {kind: External, versions: {stable: v1, canary: v2}}
              traffic: {router: Gateway, gateway: {route: shop}}
              strategy:
                steps:
                - {weight: 50, hold: 10h}
                - {weight: 100, hold: 1s}
              analysis:
                metrics:
                - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}, compare: {to: Stable, tolerate: 1.2}}
            """, cancellation);
        await _stage.StartManagerAsync(cancellation);
    }

    private async Task<IEnumerable<Figure>> SeriesAsync(
        string fault, double share, (double? AtMost, double? AtMostMax) fromFailure, (double? Median, double? Max) fromSample, CancellationToken cancellation)
    {
        var sinceFailure = new List<double>();
        var sinceSample = new List<double>();
        for (var trial = 0; trial < Trials; trial++)
        {
            var (failure, sample) = await TrialAsync(share, cancellation);
            sinceFailure.Add(failure);
            sinceSample.Add(sample);
            await Console.Error.WriteLineAsync($"  {fault}, trial {trial + 1} of {Trials}: {failure:0.00} s after the first failure, {sample:0.000} s after its sample");
        }

        List<Figure> figures =
        [
            new("reaction", $"{fault}: first failing response -> weight 0, median", Statistics.Median(sinceFailure), "s", fromFailure.AtMost),
            new("reaction", $"{fault}: first failing response -> weight 0, max", sinceFailure.Max(), "s", fromFailure.AtMostMax),
        ];
        if (fromSample.Median is not null)
        {
            figures.Add(new("reaction", $"{fault}: {OverwhelmingFailures} failures visible in Prometheus -> weight 0, median", Statistics.Median(sinceSample), "s", fromSample.Median));
            figures.Add(new("reaction", $"{fault}: {OverwhelmingFailures} failures visible in Prometheus -> weight 0, max", sinceSample.Max(), "s", fromSample.Max));
        }

        return figures;
    }

    private async Task<(double SinceFailure, double SinceSample)> TrialAsync(double share, CancellationToken cancellation)
    {
        (_canary.FailureShare, _canary.FirstFailure) = (0, null);
        await _stage.UntilAsync("the canary at 50 %", TimeSpan.FromMilliseconds(100), async () =>
        {
            var rollout = await RolloutAsync(cancellation);
            if (rollout is { Phase: RolloutPhase.Aborted })
            {
                using var sent = await _client.PostAsJsonAsync(
                    BenchStage.Local(_stage.ManagerPort, "/v1/namespaces/default/rollouts/shop/commands"),
                    new CommandRequest { Action = RolloutAction.Retry }, ApiJson.Default.CommandRequest, cancellation);
            }

            return rollout is { Phase: RolloutPhase.Progressing, ObservedWeightPercent: 50, CanaryRequestsInStep: > 50 };
        }, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1 + (3 * _moments.NextDouble())), _time, cancellation);

        var before = await FailuresInPrometheusAsync(cancellation);
        _canary.FailureShare = share;
        var visible = SeenAsync("the failure in Prometheus", async () => await FailuresInPrometheusAsync(cancellation) > before, cancellation);
        var gone = SeenAsync("weight 0 at the gateway", async () => await CanaryBasisPointsAsync(cancellation) == 0, cancellation);
        var isEnough = false;
        var overwhelming = SeenAsync("overwhelming evidence in Prometheus", async () =>
        {
            isEnough = await FailuresInPrometheusAsync(cancellation) >= before + OverwhelmingFailures;
            return isEnough || gone.IsCompleted;
        }, cancellation);
        var (visibleAt, overwhelmingAt, goneAt) = (await visible, await overwhelming, await gone);

        // Fewer may have been enough: then it counts from the first one.
        return (Seconds(_canary.FirstFailure!.Value, goneAt), Seconds(isEnough ? Math.Min(overwhelmingAt, goneAt) : visibleAt, goneAt));
    }

    private async Task<long> SeenAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        await _stage.UntilAsync(what, TimeSpan.FromMilliseconds(10), isSo, cancellation);
        return _time.GetTimestamp();
    }

    private static double Seconds(long from, long to) => _time.GetElapsedTime(from, to).TotalSeconds;

    private async Task<RolloutView?> RolloutAsync(CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync(BenchStage.Local(_stage.ManagerPort, "/v1/namespaces/default/rollouts/shop"), cancellation);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(ApiJson.Default.RolloutView, cancellation) : null;
    }

    private async Task<double> FailuresInPrometheusAsync(CancellationToken cancellation)
    {
        var query = Uri.EscapeDataString("""sum(canary_gateway_requests_total{version="v2",code="500"})""");
        using var answer = await _client.GetAsync(BenchStage.Local(_stage.PrometheusPort, $"/api/v1/query?query={query}"), cancellation);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
        var result = json.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? 0 : double.Parse(result[0].GetProperty("value")[1].GetString()!);
    }

    private async Task<int> CanaryBasisPointsAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, BenchStage.Local(_stage.AdminPort, "/admin/v1/routes/shop"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", BenchStage.Token);
        using var answer = await _client.SendAsync(request, cancellation);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
        return json.RootElement.GetProperty("split").GetProperty("weights").TryGetProperty("v2", out var weight) ? weight.GetInt32() : 0;
    }
}
