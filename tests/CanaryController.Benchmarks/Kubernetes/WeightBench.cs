namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>What one weight change asks of the API server, as the stub's log counts it: once with a canary of constant size, once with one that grows by a pod each time.</summary>
internal static class WeightBench
{
    private const int Changes = 3;
    private const string Constant = """
        [{"weight": 10, "hold": "5s", "replicas": "100%"}, {"weight": 20, "hold": "5s", "replicas": "100%"}, {"weight": 30, "hold": "5s", "replicas": "100%"}, {"weight": 40, "hold": "10h", "replicas": "100%"}]
        """;
    private const string Growing = """[{"weight": 25, "hold": "5s"}, {"weight": 50, "hold": "5s"}, {"weight": 75, "hold": "5s"}, {"weight": 100, "hold": "10h"}]""";

    /// <summary>Within a hold, and long enough for an Event to be told.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var stage = await ClusterStage.StartAsync([], hasControllers: true, cancellation);
        await using var mesh = new Mesh(stage.Client);
        await stage.StartManagerAsync("manager", cancellation);
        var constant = await CountAsync(stage, new(stage, "constant", "shop-a"), Constant, 10, 40, cancellation);
        var growing = await CountAsync(stage, new(stage, "growing", "shop-b"), Growing, 25, 100, cancellation);
        return
        [
            Each("route patches", constant, IsRoutePatch, 1),
            // Before the route is written, and when it was taken up: ADR 0009.
            Each("status patches", constant, IsStatusPatch, 2),
            Each("Events", constant, IsEvent, 1),
            Each("other requests", constant, request => !IsRoutePatch(request) && !IsStatusPatch(request) && !IsEvent(request), 0),
            Each("all requests when the canary grows by a pod", growing, _ => true, null),
        ];
    }

    private static async Task<IReadOnlyList<ManagerRequest>> CountAsync(ClusterStage stage, LiveShop shop, string steps, int first, int last, CancellationToken cancellation)
    {
        await shop.InstallAsync("v1", cancellation);
        await shop.AdoptAsync(steps, cancellation, """{"metrics": []}""");
        await shop.ReleaseAsync("v2", cancellation);
        await shop.UntilUnderWayAsync(first, cancellation);
        await Task.Delay(_pause, TimeProvider.System, cancellation);
        var before = (await stage.Client.RequestsAsync(cancellation)).Count;
        await shop.UntilUnderWayAsync(last, cancellation);
        await Task.Delay(_pause, TimeProvider.System, cancellation);
        var asked = (await stage.Client.RequestsAsync(cancellation)).Skip(before).Where(request => !request.IsUpkeep).ToList();
        await Console.Error.WriteLineAsync($"  {Changes} weight changes of {shop.Name}: {string.Join(", ", asked.CountBy(request => request.ToString()).Select(each => $"{each.Value} {each.Key}"))}");
        return asked;
    }

    private static Figure Each(string what, IReadOnlyList<ManagerRequest> asked, Func<ManagerRequest, bool> counts, double? atMost) =>
        new("kubernetes-weight", $"a weight change: {what}", asked.Count(counts) / (double)Changes, "requests", atMost);

    private static bool IsRoutePatch(ManagerRequest request) => request is { Verb: "patch", Resource: "gateway.networking.k8s.io/httproutes" };

    private static bool IsStatusPatch(ManagerRequest request) => request is { Verb: "patch", Resource: "canarycontroller.io/rollouts", Subresource: "status" };

    private static bool IsEvent(ManagerRequest request) => request is { Verb: "create", Resource: "core/events" };
}
