using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.HAProxy;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>The router before a socket, as the reconciler uses it: it applies on what it has read.</summary>
internal sealed class HAProxyRig(string socket, TimeProvider time)
{
    public static readonly RouteTarget Shop = new("edge", "shop") { Router = RouterType.HAProxy };

    private HAProxyRouter _router = Make(socket, time);

    public HAProxyRouter Router => _router;

    /// <summary>The process starts anew, and remembers nothing.</summary>
    public void Restart() => _router = Make(socket, time);

    public Task<RouteReading> ReadAsync(string? canary = "v2", string stable = "v1") => _router.ReadAsync(Shop, stable, canary, CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, string stable = "v1", string canary = "v2") =>
        await ApplyAsync(new TrafficSplit(stable, canary, CanaryWeight.TryFromPercent(percent)!.Value, []));

    public async Task<RouteReading> ApplyAsync(TrafficSplit split) =>
        await _router.ApplyAsync(Shop, split, await ReadAsync(split.Canary, split.Stable), CancellationToken.None);

    public Task<string?> RestoreAsync(string stable = "v1") => _router.RestoreAsync(Shop, stable, CancellationToken.None);

    public static TrafficSplit Split(decimal percent) => new("v1", "v2", CanaryWeight.TryFromPercent(percent)!.Value, []);

    private static HAProxyRouter Make(string socket, TimeProvider time) =>
        new([new HAProxyClient(new() { Name = "edge", Socket = socket }, time)], time);
}
