using System.Text.Json;
using CanaryController.Resources;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Cluster;

/// <summary>What the controller holds of a Rollout.</summary>
/// <param name="Key">Which.</param>
/// <param name="IsHeld">It leads it, or has not given everything back yet.</param>
/// <param name="IsMarked">Somebody asked it to leave.</param>
/// <param name="IsDeleting">The object goes as soon as it left.</param>
/// <param name="IsAnswered">It has begun to leave.</param>
/// <param name="Says">What it wrote last: reason and sentence. Empty before the first time.</param>
internal sealed record RolloutHold(RolloutKey Key, bool IsHeld, bool IsMarked, bool IsDeleting, bool IsAnswered, string Says)
{
    /// <summary>The controller has read the present text, and it never had a valid one: nothing can be led by it.</summary>
    public bool IsWrong { get; private init; }

    /// <summary>Reads an object of the API server.</summary>
    public static RolloutHold Read(JsonElement item)
    {
        var served = ServedRollout.Read(item);
        var metadata = item.GetProperty("metadata");
        var ready = served.Status?.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        return new(
            served.Key,
            metadata.TryGetProperty("finalizers", out var finalizers) && finalizers.EnumerateArray().Any(each => each.GetString() == Rollout.Finalizer),
            metadata.TryGetProperty("annotations", out var annotations) && annotations.TryGetProperty(Rollout.ReleaseAnnotation, out var mark) && mark.GetString() == "true",
            metadata.TryGetProperty("deletionTimestamp", out _),
            ready?.Reason == "Leaving",
            ready is null ? "" : ready.Message is { Length: > 0 } message ? $"{ready.Reason}: {message}" : ready.Reason)
        {
            IsWrong = ready?.Reason == "Invalid" && metadata.TryGetProperty("generation", out var generation) && generation.GetInt64() == served.Status?.ObservedGeneration,
        };
    }
}
