using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.strategy</c>: the way from no traffic to all of it.</summary>
public sealed record StrategySection
{
    /// <summary>How long a version without traffic is kept when nothing else is said.</summary>
    public static readonly TimeSpan DefaultDrainDelay = TimeSpan.FromSeconds(30);

    /// <summary>The steps in order, weights never falling: 1 to 50. Without a step at 100, promotion follows the last one. Required.</summary>
    public EquatableArray<StepSection> Steps { get; init; }

    /// <summary>When the rollout may start and go on: at most 10. Left out: always. Aborts and rollbacks never wait.</summary>
    public EquatableArray<WindowSection> Windows { get; init; }

    /// <summary>How an earlier stable version may return. Left out: like any other.</summary>
    public RollbackWindowSection RollbackWindow { get; init; } = new();

    /// <summary>How long a version without traffic is kept for requests still under way: 0s to 1h. Default <c>30s</c>.</summary>
    public TimeSpan DrainDelay { get; init; } = DefaultDrainDelay;
}

/// <summary><c>spec.strategy.rollbackWindow</c>.</summary>
public sealed record RollbackWindowSection
{
    /// <summary>How many promotions back a version may return to weight 100 at once, still judged: 0 to 10. Default 0: never.</summary>
    public int Revisions { get; init; }
}

/// <summary><c>spec.strategy.steps[]</c>: a place where traffic rests, and the conditions to leave it.</summary>
public sealed record StepSection
{
    /// <summary>The canary's share of the traffic: percent, 0 to 100 in multiples of 0.01, never below the step before. Required.</summary>
    public decimal? Weight { get; init; }

    /// <summary>How long traffic rests here at least: 0s to 720h. Default <c>0s</c>.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>How many requests the canary must have answered here: 0 to 1,000,000,000. Default 0.</summary>
    public long MinRequests { get; init; }

    /// <summary>The canary's size here: pods (<c>3</c>) or a share of stable's (<c>30%</c>). 1 to 10,000 pods, or 1% to 100%. Left out: the weight's share of stable's size. For Deployments; not with ReplicaRatio.</summary>
    public ReplicaText? Replicas { get; init; }

    /// <summary>Who must agree before this step is left. Left out: nobody.</summary>
    public ApprovalSection? Approval { get; init; }

    /// <summary>Webhooks that have a word in it: at most 10, each named once.</summary>
    public EquatableArray<GateSection> Gates { get; init; }

    /// <summary>Requests that go to the canary while at this step, whatever the weight. Left out: none. Which routers can is in docs/routers/README.md.</summary>
    public MatchSection? Match { get; init; }

    /// <summary>Whether the canary gets a copy of each of stable's requests here; its answers are dropped. Only with weight 0. Which routers can is in docs/routers/README.md. Default <c>false</c>.</summary>
    public bool Mirror { get; init; }

    /// <summary>Metrics judged at this step beside the rollout's own: at most 20.</summary>
    public EquatableArray<MetricSection> Metrics { get; init; }
}

/// <summary><c>match</c>: requests picked by headers and cookies; one that fits is enough.</summary>
public sealed record MatchSection
{
    /// <summary>Headers and their exact values: at most 16.</summary>
    public EquatableArray<NameValueSection> Headers { get; init; }

    /// <summary>Cookies and their exact values: at most 16.</summary>
    public EquatableArray<NameValueSection> Cookies { get; init; }
}

/// <summary>A header or cookie.</summary>
public sealed record NameValueSection
{
    /// <summary>The header's name (any case) or the cookie's (exact): an HTTP token. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The exact value: at most 256 visible characters. Required.</summary>
    public string Value { get; init; } = "";
}
