using System.Net.Http.Headers;
using System.Text;
using CanaryController.Benchmarks.Running;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.Benchmarks;

/// <summary>
/// The gateway against HAProxy on the same machine in the same run: the same two upstreams behind both, weights 95 to 5, X-Forwarded-For added, keep-alive on
/// both sides, metrics on. wrk loads them by turns, so that a machine that grows slower meanwhile slows both.
/// </summary>
internal sealed class GatewayBench : IAsyncDisposable
{
    private const int Rounds = 7;
    private const int Connections = 64;
    private const double Goal = 0.7;

    private static readonly TimeSpan _round = TimeSpan.FromSeconds(5);
    /// <summary>Long enough for the runtime to have compiled the gateway's hot paths a second time.</summary>
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(10);

    private readonly string _haproxy;
    private readonly Wrk _wrk;
    private readonly BenchStage _stage = new();
    private readonly IReadOnlyList<int> _ports = FreePorts.Find(3);

    private GatewayBench(string haproxy, string wrk) => (_haproxy, _wrk) = (haproxy, new Wrk(wrk, _stage.Folder, Connections));

    private int V1 => _ports[0];

    private int V2 => _ports[1];

    private int HAProxy => _ports[2];

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        if (Tool("HAPROXY") is not { } haproxy || Tool("WRK") is not { } wrk)
        {
            await Console.Error.WriteLineAsync("  skipped: it takes HAProxy and wrk; ./build.sh bench gets them on Debian, CANARY_BENCH_HAPROXY and CANARY_BENCH_WRK name others.");
            return [];
        }

        await using var bench = new GatewayBench(haproxy, wrk);
        await bench.StartAsync(cancellation);
        return await bench.MeasureAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private static string? Tool(string name) => Environment.GetEnvironmentVariable($"CANARY_BENCH_{name}") is { Length: > 0 } path ? path : null;

    private async Task<IReadOnlyList<Figure>> MeasureAsync(CancellationToken cancellation)
    {
        var (ours, theirs) = (new List<Load>(), new List<Load>());
        await _wrk.RunAsync(_stage.GatewayPort, _warmUp, cancellation);
        await _wrk.RunAsync(HAProxy, _warmUp / 5, cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await _wrk.RunAsync(_stage.GatewayPort, _round, cancellation));
            theirs.Add(await _wrk.RunAsync(HAProxy, _round, cancellation));
            await Console.Error.WriteLineAsync($"  round {round + 1} of {Rounds}: gateway {ours[^1]}, HAProxy {theirs[^1]}");
        }

        var (rate, theirRate) = (Statistics.Median([.. ours.Select(load => load.RequestsASecond)]), Statistics.Median([.. theirs.Select(load => load.RequestsASecond)]));
        var (p99, theirP99) = (Statistics.Median([.. ours.Select(load => load.P99Milliseconds)]), Statistics.Median([.. theirs.Select(load => load.P99Milliseconds)]));
        return
        [
            new("gateway", $"gateway, {Connections} connections, median of {Rounds}", rate, "requests/s"),
            new("gateway", $"HAProxy, {Connections} connections, median of {Rounds}", theirRate, "requests/s"),
            new("gateway", "requests/s, gateway / HAProxy", rate / theirRate, "x", AtLeast: Goal),
            new("gateway", $"gateway: p99, median of {Rounds}", p99, "ms"),
            new("gateway", $"HAProxy: p99, median of {Rounds}", theirP99, "ms"),
            new("gateway", "p99, gateway / HAProxy", p99 / theirP99, "x"),
        ];
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await StartHAProxyAsync("upstreams", $"""
            frontend v1
              bind 127.0.0.1:{V1}
              http-request return status 200 content-type text/plain string "v1"
            frontend v2
              bind 127.0.0.1:{V2}
              http-request return status 200 content-type text/plain string "v2"
            """, V2, cancellation);
        await StartHAProxyAsync("haproxy", $"""
            frontend users
              bind 127.0.0.1:{HAProxy}
              option forwardfor
              default_backend shop
            backend shop
              balance roundrobin
              http-reuse always
              server v1 127.0.0.1:{V1} weight 95
              server v2 127.0.0.1:{V2} weight 5
            """, HAProxy, cancellation);
        await _stage.StartGatewayAsync($$"""
            - name: shop
              stable: v1
              versions:
                v1: {addresses: ['http://127.0.0.1:{{V1}}']}
                v2: {addresses: ['http://127.0.0.1:{{V2}}']}
            """, cancellation);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", BenchStage.Token);
        using var split = new StringContent("""{"weights": {"v1": 9500, "v2": 500}}""", Encoding.UTF8, "application/json");
        using var put = await client.PutAsync(BenchStage.Local(_stage.AdminPort, "/admin/v1/routes/shop/split"), split, cancellation);
        put.EnsureSuccessStatusCode();
    }

    private async Task StartHAProxyAsync(string name, string sections, int port, CancellationToken cancellation)
    {
        // It counts requests, codes and times of each server always; the exporter only shows them.
        var config = $"""
            global
              maxconn 4096
            defaults
              mode http
              timeout client 30s
              timeout server 30s
              timeout connect 5s

            """;
        var file = Path.Combine(_stage.Folder, $"{name}.cfg");
        await File.WriteAllTextAsync(file, config + sections + "\n", cancellation);
        await _stage.StartAsync(name, _haproxy, BenchStage.Local(port), cancellation, "-db", "-f", file);
    }
}
