using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Watching;

namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>What was seen: the line that <c>--json</c> prints.</summary>
internal sealed record ScenarioResult
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>How it must end.</summary>
    public required Outcome Expected { get; init; }

    /// <summary>How it ended.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Each change of the canary's weight at the gateway.</summary>
    public required IReadOnlyList<WeightChange> Timeline { get; init; }

    /// <summary>From the end of the first response that showed the fault to the moment the gateway had weight 0; null without a rollback.</summary>
    public required double? SecondsToRollback { get; init; }

    /// <summary>What users met.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>What was seen and must not be; empty when all is well.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The requests, by version, for people.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, VersionSummary> Versions { get; init; } = new Dictionary<string, VersionSummary>(StringComparer.Ordinal);

    /// <summary>It ended as it must, and nothing else was wrong.</summary>
    [JsonIgnore]
    public bool IsAsExpected => Outcome == Expected && Problems.Count == 0;

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ScenarioJson.Default.ScenarioResult);
}

/// <summary>What users met.</summary>
/// <param name="Total">Requests sent.</param>
/// <param name="FailedByVersion">Server errors that each version answered.</param>
/// <param name="LostByRouting">Connection failures, and 502, 503 and 504 made by the gateway.</param>
internal sealed record RequestCounts(int Total, IReadOnlyDictionary<string, int> FailedByVersion, int LostByRouting);

/// <summary>What users met of one version.</summary>
/// <param name="Requests">Answered by it.</param>
/// <param name="Failed">Of those, with a server error.</param>
/// <param name="Median">Their median latency.</param>
/// <param name="Slowest">Their latency's 99th percentile.</param>
internal sealed record VersionSummary(int Requests, int Failed, TimeSpan Median, TimeSpan Slowest)
{
    /// <summary>Of one version's responses, at least one.</summary>
    public static VersionSummary Of(IReadOnlyCollection<ResponseRecord> responses)
    {
        var latencies = responses.Select(response => response.Latency).Order().ToList();
        return new VersionSummary(responses.Count, responses.Count(response => response.FailedByVersion), latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ScenarioResult))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
