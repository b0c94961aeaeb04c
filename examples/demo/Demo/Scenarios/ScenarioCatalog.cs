namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>All scenarios. Versions run with few errors and a little latency unless something else is said.</summary>
internal static class ScenarioCatalog
{
    private const string Healthy = "--error-percent 0.2 --latency-ms 5";

    /// <summary>What runs when none is named: a good canary, then a failing one.</summary>
    public static IReadOnlyList<Scenario> Default => [Find("good")!, Find("errors")!];

    /// <summary>All, in the order in which they are listed.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new()
        {
            Name = "good",
            Summary = "a canary that is as good as stable is promoted",
            Expected = Outcome.Promoted,
            Versions = Versions(Healthy, Healthy),
        },
        new()
        {
            Name = "errors",
            Summary = "the canary fails 5 % of requests, stable 0.2 %",
            Expected = Outcome.RolledBack,
            Versions = Versions(Healthy, "--error-percent 5 --latency-ms 5"),
        },
        new()
        {
            Name = "slow",
            Summary = "the canary's 99th percentile is four times stable's",
            Expected = Outcome.RolledBack,
            Versions = Versions("--latency-ms 20", "--latency-ms 20 --latency-p99-factor 4"),
            SlowerThan = TimeSpan.FromMilliseconds(250),
        },
        new()
        {
            Name = "subtle",
            Summary = "the canary fails 3 %, stable 1 %: within the threshold, but worse than stable",
            Expected = Outcome.RolledBack,
            Rollout = "rollout-subtle.yaml",
            RequestsPerSecond = 300,
            Versions = Versions("--error-percent 1", "--error-percent 3"),
            TimeLimit = TimeSpan.FromSeconds(150),
        },
        new()
        {
            Name = "late",
            Summary = "the canary is healthy for two minutes at one step, then it fails 5 %",
            Expected = Outcome.RolledBack,
            Rollout = "rollout-late.yaml",
            HealthyFor = TimeSpan.FromSeconds(120),
            Versions = Versions(Healthy, "--error-percent 5 --latency-ms 5 --healthy-for 120"),
            TimeLimit = TimeSpan.FromSeconds(240),
        },
        new()
        {
            Name = "no-traffic",
            Summary = "nobody comes: the first step is held, for there is no evidence",
            Expected = Outcome.Held,
            RequestsPerSecond = 0,
            Versions = Versions(Healthy, Healthy),
        },
        new()
        {
            Name = "prometheus-down",
            Summary = "Prometheus is away in the middle: the weight is held, then the rollout goes on",
            Expected = Outcome.Promoted,
            Versions = Versions(Healthy, Healthy),
            TimeLimit = TimeSpan.FromSeconds(180),
            Incident = Scenarios.Incident.PrometheusDownAsync,
        },
        new()
        {
            Name = "crash",
            Summary = "the manager is killed twice: it goes on where it was",
            Expected = Outcome.Promoted,
            Versions = Versions(Healthy, Healthy),
            TimeLimit = TimeSpan.FromSeconds(180),
            Incident = Scenarios.Incident.CrashAsync,
        },
        new()
        {
            Name = "superseded",
            Summary = "a third version arrives in the middle: it takes the second one's place, from weight 0",
            Expected = Outcome.Promoted,
            Versions = new Dictionary<string, string>(Versions(Healthy, Healthy), StringComparer.Ordinal) { ["v3"] = Healthy },
            FinalRevision = "v3",
            TimeLimit = TimeSpan.FromSeconds(180),
            Incident = Scenarios.Incident.SupersedeAsync,
        },
    ];

    /// <summary>The one with that name; null when there is none.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    private static Dictionary<string, string> Versions(string stable, string canary) =>
        new(StringComparer.Ordinal) { ["v1"] = stable + " --seed 1", ["v2"] = canary + " --seed 2" };
}
