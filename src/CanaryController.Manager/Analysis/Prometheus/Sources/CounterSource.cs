using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// How one metric source counts requests: what its series are called, which labels tell rollouts and versions apart, which requests failed. Two with the same <see cref="Id"/> are the
/// same: their rollouts share queries. Immutable.
/// </summary>
internal sealed class CounterSource : IEquatable<CounterSource>
{
    /// <summary>Names it: the kind, and whatever else the queries depend on.</summary>
    public required string Id { get; init; }

    /// <summary>Who counts.</summary>
    public required RequestSource Kind { get; init; }

    /// <summary>The counters of requests.</summary>
    public required CounterMetric Requests { get; init; }

    /// <summary>The buckets of the durations' histogram; null when the source has none.</summary>
    public CounterMetric? Durations { get; init; }

    /// <summary>The labels that series are chosen by. Their values together are a series' key.</summary>
    public required IReadOnlyList<KeyLabel> Keys { get; init; }

    /// <summary>The label that tells the versions of one key apart; null when the key does.</summary>
    public KeyLabel? Version { get; init; }

    /// <summary>True for a series of failed requests, false for one of others, null for one that counts no requests that were answered.</summary>
    public required Func<LabelSet, bool?> IsError { get; init; }

    /// <summary>The labels in which a service of somebody's own says how requests ended, to explain when none does; empty where the exporter's are known.</summary>
    public IReadOnlyList<string> StatusLabels { get; init; } = [];

    /// <summary>
    /// True for a label that the exporter writes and that tells its counters apart. What else there is tells scrape targets apart: whatever the provider adds, such as a
    /// cluster or a replica.
    /// </summary>
    public required Func<string, bool> IsOwnLabel { get; init; }

    /// <summary>All exporters are one program with one set of bucket bounds; otherwise each key has its own.</summary>
    public bool HasOneHistogram { get; init; }

    /// <summary>The counters of a kind; null when the source has none.</summary>
    public CounterMetric? MetricOf(CounterKind kind) => kind switch
    {
        CounterKind.Requests => Requests,
        CounterKind.Durations => Durations,
    };

    /// <inheritdoc/>
    public bool Equals(CounterSource? other) => other is not null && string.Equals(Id, other.Id, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CounterSource);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Counters of one kind.</summary>
/// <param name="Names">The metric's name; several where requests are counted under several.</param>
/// <param name="Matchers">Matchers that choose among its series, as PromQL: <c>reporter="destination"</c>.</param>
internal sealed record CounterMetric(IReadOnlyList<string> Names, params IReadOnlyList<string> Matchers)
{
    /// <summary>One metric.</summary>
    public CounterMetric(string name, params IReadOnlyList<string> matchers)
        : this([name], matchers)
    {
    }

    /// <summary>For durations: units of the label <c>le</c> a second. 1 for seconds, 1,000 for milliseconds.</summary>
    public int UnitsPerSecond { get; init; } = 1;
}
