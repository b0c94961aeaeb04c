using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>What is to be written into one entry.</summary>
/// <param name="Entry">The entry as it shall be; null when nothing is to be written.</param>
/// <param name="Problem">Why nothing can be written, in one sentence; null when it can.</param>
internal sealed record ConsulPlan(JsonObject? Entry, string? Problem)
{
    /// <summary>It is as it shall be.</summary>
    public static ConsulPlan Nothing { get; } = new(null, null);

    /// <summary>It cannot be done.</summary>
    public static ConsulPlan Refused(string problem) => new(null, problem);

    /// <summary>Writes <paramref name="wanted"/>, unless it is what there is.</summary>
    public static ConsulPlan Of(JsonObject? now, JsonObject wanted) => JsonNode.DeepEquals(now, wanted) ? Nothing : new(wanted, null);
}
