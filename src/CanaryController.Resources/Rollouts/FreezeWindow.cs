using System.Text.Json.Serialization;
using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// A FreezeWindow, which holds up rollouts of its namespace, or a ClusterFreezeWindow, which holds up rollouts of all: while it lasts nothing starts and no traffic moves forward. Aborts and
/// rollbacks never wait for it.
/// </summary>
public sealed record FreezeWindow
{
    /// <summary>The kind of one that belongs to a namespace.</summary>
    public const string KindText = "FreezeWindow";

    /// <summary>The kind of one that belongs to the cluster.</summary>
    public const string ClusterKindText = "ClusterFreezeWindow";

    /// <summary>Always <c>canarycontroller.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = Rollout.ApiVersionText;

    /// <summary><see cref="KindText"/> or <see cref="ClusterKindText"/>.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name and namespace.</summary>
    public FreezeWindowMetadata Metadata { get; init; } = new();

    /// <summary>Whom it holds up, when, and why.</summary>
    public FreezeWindowSpec Spec { get; init; } = new();

    /// <summary>It belongs to the cluster.</summary>
    [JsonIgnore]
    public bool IsCluster => Kind == ClusterKindText;
}

/// <summary><c>metadata</c> of a freeze.</summary>
public sealed record FreezeWindowMetadata
{
    /// <summary>Its name: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its namespace; <c>default</c> when left out. A ClusterFreezeWindow has none.</summary>
    public string Namespace { get; init; } = "default";
}

/// <summary><c>spec</c> of a freeze: one of three forms. Moments (start, end), hours that return (cron, duration), or whole days (dates).</summary>
public sealed record FreezeWindowSpec
{
    /// <summary>Why, for those who wait: 1 to 500 characters. Required.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whom it holds up. Left out: every rollout of the namespace, or of the cluster.</summary>
    public FreezeSelectorSection Selector { get; init; } = new();

    /// <summary>When it begins, with the offset from UTC: <c>2026-12-24T00:00:00+01:00</c>. Left out: it has begun.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When it ends; after start. Left out: when somebody deletes it.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>When it begins: a cron expression of Quartz, seconds first: <c>0 0 18 ? * FRI</c> is Friday at 18:00. At most 200 characters.</summary>
    public string? Cron { get; init; }

    /// <summary>How long it lasts from each time of cron, on the zone's clock: 1m to 168h.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whole days of the zone, like holidays: <c>2026-12-24</c>, or <c>12-24</c> for every year. At most 100.</summary>
    public EquatableArray<string> Dates { get; init; }

    /// <summary>The IANA time zone whose clock counts for cron and dates, like <c>Europe/Berlin</c>. Default <c>UTC</c>.</summary>
    public string? TimeZone { get; init; }
}

/// <summary><c>spec.selector</c> of a freeze: both have to fit where both are there.</summary>
public sealed record FreezeSelectorSection
{
    /// <summary>Names of rollouts; one of them has to fit. At most 100. Left out: any.</summary>
    public EquatableArray<string> Names { get; init; }

    /// <summary>Labels that a rollout must have, all of them. At most 16. Left out: any.</summary>
    public EquatableArray<KeyValuePair<string, string>> MatchLabels { get; init; }
}
