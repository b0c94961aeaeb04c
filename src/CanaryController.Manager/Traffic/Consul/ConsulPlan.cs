using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>What is to be written into one entry.</summary>
/// <param name="Entry">The entry as it shall be; null when nothing is to be written.</param>
/// <param name="Problem">Why nothing can be written, in one sentence; null when it can.</param>
internal sealed record ConsulPlan(JsonObject? Entry, string? Problem)
{
    /// <summary>It is as it shall be.</summary>
    public static ConsulPlan Nothing { get; } = new(null, null);

    /// <summary>The entry goes: it was made by us, and nobody else put anything in.</summary>
    public static ConsulPlan Deleted { get; } = new(null, null) { IsDeleted = true };

    /// <summary>The entry is to be deleted.</summary>
    public bool IsDeleted { get; private init; }

    /// <summary>Something is to be written.</summary>
    public bool Writes => Entry is not null || IsDeleted;

    /// <summary>It cannot be done.</summary>
    public static ConsulPlan Refused(string problem) => new(null, problem);

    /// <summary>Writes <paramref name="wanted"/>, unless it is what there is.</summary>
    public static ConsulPlan Of(JsonObject? now, JsonObject wanted) => JsonNode.DeepEquals(now, wanted) ? Nothing : new(wanted, null);
}
