using System.Text.Json.Nodes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>What a test's shop is like.</summary>
internal sealed record ShopOptions
{
    /// <summary>The header of requests that a step matches.</summary>
    public const string TestersHeader = "x-canary";

    /// <summary>How long a test may take when nothing else is said.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(4);

    /// <summary>How long the test may take.</summary>
    public TimeSpan Limit { get; init; } = DefaultLimit;

    /// <summary>The Deployment's size at first.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>The Deployment's <c>spec.strategy</c>, as JSON.</summary>
    public string Strategy { get; init; } = """{"type": "RollingUpdate"}""";

    /// <summary>The Deployment's <c>minReadySeconds</c>.</summary>
    public int MinReadySeconds { get; init; }

    /// <summary>The Deployment's <c>revisionHistoryLimit</c>.</summary>
    public int RevisionHistoryLimit { get; init; } = 10;

    /// <summary>The Rollout's <c>spec.strategy.steps</c>, as JSON.</summary>
    public string Steps { get; init; } = """[{"weight": 25, "hold": "1s"}, {"weight": 50, "hold": "1s"}, {"weight": 100, "hold": "1s"}]""";

    /// <summary>The Rollout's <c>spec.analysis</c>, as JSON; null = nothing is judged.</summary>
    public string? Analysis { get; init; }

    /// <summary>The Rollout's router.</summary>
    public string Router { get; init; } = "GatewayAPI";

    /// <summary>With Istio and Consul: the versions are subsets of the Service.</summary>
    public bool IsBySubset { get; init; }

    /// <summary>What divides the shop's requests, the router's first form unless another is said; null with ReplicaRatio.</summary>
    public RouteForm? Form { get => field ?? RouteForm.Of(Router); init; }

    /// <summary>The Rollout's <c>spec.workload.progressDeadline</c>.</summary>
    public string ProgressDeadline { get; init; } = "60s";

    /// <summary>Requests a second from the mesh.</summary>
    public int RequestsPerSecond { get; init; } = 20;

    /// <summary>Two Services that somebody else runs, instead of one Deployment's versions.</summary>
    public bool IsExternal { get; init; }

    /// <summary>The test needs a real Prometheus.</summary>
    public bool NeedsPrometheus { get; init; }

    /// <summary>The test needs pods that stay unready on demand.</summary>
    public bool NeedsSimulatedNodes { get; init; }

    /// <summary>The test has a namespace and a controller for itself.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The Deployment is held on change only, and the controller answers the API server's questions about what others write. Its controller is the shop's alone.</summary>
    public bool IsGuarded { get; init; }

    /// <summary>The Rollout's <c>spec.notifications.channels</c>.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>More sections of the configuration of a controller that is the shop's alone.</summary>
    public string Settings { get; init; } = "";

    /// <summary>The shop's own controller leads all Rollouts of the cluster, and reads what belongs to the cluster.</summary>
    public bool IsClusterLed { get; init; }

    /// <summary>The API server asks where nobody answers.</summary>
    public bool AreGuardsAway { get; init; }

    /// <summary>Steps that are held until somebody commands: for tests that act at a step.</summary>
    public static string Held(params ReadOnlySpan<int> weights)
    {
        var steps = new JsonArray();
        foreach (var weight in weights)
        {
            steps.Add(new JsonObject { ["weight"] = weight, ["hold"] = "1h" });
        }

        return steps.ToJsonString();
    }
}
