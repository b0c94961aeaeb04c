using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>An answer of Consul, or why there is none.</summary>
/// <param name="Body">What it said; null with a problem, and when what was asked for does not exist.</param>
/// <param name="Index">X-Consul-Index, which a blocking read goes on from; 0 = none that can be used.</param>
/// <param name="Problem">What went wrong, in one sentence; null when nothing did.</param>
internal sealed record ConsulAnswer(JsonNode? Body, ulong Index, string? Problem)
{
    /// <summary>Nothing is known, because of <paramref name="problem"/>.</summary>
    public static ConsulAnswer Unknown(string problem) => new(null, 0, problem);
}

/// <summary>What a conditional write came to.</summary>
/// <param name="IsDone">Consul took it.</param>
/// <param name="Problem">Why it did not, in one sentence; null when it did, and when somebody else had written in between.</param>
internal readonly record struct ConsulWrite(bool IsDone, string? Problem)
{
    /// <summary>It was written.</summary>
    public static ConsulWrite Done => new(true, null);

    /// <summary>The entry is not the one that was read: nothing was written.</summary>
    public static ConsulWrite Stale => new(false, null);
}
