namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>What shall happen, and how it shall end.</summary>
internal sealed record Scenario
{
    /// <summary>As on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public required string Summary { get; init; }

    /// <summary>How it must end.</summary>
    public required Outcome Expected { get; init; }

    /// <summary>The rollout, a file of examples/demo/config.</summary>
    public string Rollout { get; init; } = "rollout.yaml";

    /// <summary>The versions of the shop that run, and each one's options.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The revision that is rolled out last.</summary>
    public string FinalRevision { get; init; } = "v2";

    /// <summary>How many requests users send.</summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>The canary is healthy for this long after its first request.</summary>
    public TimeSpan HealthyFor { get; init; }

    /// <summary>The fault is that responses take longer than this; null where it is that they fail.</summary>
    public TimeSpan? SlowerThan { get; init; }

    /// <summary>Where it must be held: it stays at its step this long after everything else would have let it go on.</summary>
    public TimeSpan HeldFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>It must end within this time, from the manager's start.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>What happens in the middle; the answer is what went wrong, nothing when all went well.</summary>
    public Func<Incident, CancellationToken, Task<IReadOnlyList<string>>>? Incident { get; init; }
}

/// <summary>How a scenario ends.</summary>
internal enum Outcome
{
    /// <summary>The canary became stable.</summary>
    Promoted,

    /// <summary>All traffic is back at stable.</summary>
    RolledBack,

    /// <summary>The weight stays where it is.</summary>
    Held,
}
