using System.Net.Http.Json;
using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Benchmarks.Running;

/// <summary>Many standalone rollouts that rest at half of the traffic: <c>r0</c>, <c>r1</c> and so on, each with a route of its name and the versions v1 and v2.</summary>
internal static class ManyRollouts
{
    /// <summary>Their routes as synthetic gateways count them.</summary>
    public static IReadOnlyList<SyntheticRoute> Counted(int count) => [.. Enumerable.Range(0, count).Select(route => new SyntheticRoute($"r{route}", "v1", "v2"))];

    /// <summary>Their routes as the gateway's configuration lists them.</summary>
    public static string Routes(int count)
    {
        var routes = new StringBuilder();
        for (var route = 0; route < count; route++)
        {
            routes.Append($$"""
                - name: r{{route}}
                  hosts: [r{{route}}.example]
                  path: /
                  stable: v1
                  versions: {v1: {addresses: ['http://127.0.0.1:9']}, v2: {addresses: ['http://127.0.0.1:9']} }

                """);
        }

        return routes.ToString();
    }

    /// <summary>Writes them where the manager looks.</summary>
    /// <param name="stage">Whose manager.</param>
    /// <param name="count">How many.</param>
    /// <param name="metrics">What each is judged by, as YAML list items.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task WriteAsync(BenchStage stage, int count, string metrics, CancellationToken cancellation)
    {
        for (var route = 0; route < count; route++)
        {
            await File.WriteAllTextAsync(Path.Combine(stage.Folder, "rollouts", $"r{route}.yaml"), Head.Replace("ROUTE", $"r{route}", StringComparison.Ordinal) + metrics + "\n", cancellation);
        }
    }

    /// <summary>As the manager shows them.</summary>
    public static async Task<IReadOnlyList<RolloutView>> ListAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        (await client.GetFromJsonAsync(BenchStage.Local(stage.ManagerPort, "/v1/namespaces/-/rollouts"), ApiJson.Default.RolloutList, cancellation))?.Items ?? [];

    /// <summary>It is under way, and requests were counted for each of its metrics.</summary>
    public static bool IsJudged(RolloutView rollout, int metrics) =>
        rollout is { Phase: RolloutPhase.Progressing } && rollout.Metrics.Count == metrics && rollout.Metrics.All(metric => metric.Requests > 0);

    private const string Head = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: ROUTE}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2}}
          traffic: {router: Gateway, gateway: {route: ROUTE}}
          strategy:
            steps:
            - {weight: 50, hold: 10h}
            - {weight: 100, hold: 1s}
          analysis:
            metrics:

        """;
}
