using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.ReplicaRatio;

/// <summary>The split that was asked for last, as the annotation <c>canarycontroller.io/split</c> of the apex Service says it: pods carry it out, and cannot say it themselves.</summary>
/// <param name="Stable">The stable version.</param>
/// <param name="Canary">The canary; null when everything goes to stable.</param>
/// <param name="Percent">The canary's share, 0 to 100.</param>
/// <param name="Returning">
/// Set when the share was above 0 before: the generation at which the canary's ReplicaSet was scaled to 0. As long as it is that one, its pods have to be gone before the share is true; a
/// later one was scaled for another attempt.
/// </param>
internal sealed record AskedRatio(string Stable, string? Canary, decimal Percent, long? Returning)
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>The canary's share.</summary>
    [JsonIgnore]
    public CanaryWeight Weight => CanaryWeight.TryFromPercent(Percent) ?? CanaryWeight.Zero;

    /// <summary>The same as a split.</summary>
    [JsonIgnore]
    public TrafficSplit Split => new(Stable, Canary, Canary is null ? CanaryWeight.Zero : Weight, []);

    /// <summary>What <paramref name="service"/> says; null when nothing was asked of it yet, or somebody wrote something else there.</summary>
    public static AskedRatio? Of(ServiceObject service)
    {
        if (!service.Meta.Annotations.TryGetValue(RouteAnnotations.Split, out var text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<AskedRatio>(text, _options) is { Stable: not null } asked && CanaryWeight.TryFromPercent(asked.Percent) is not null ? asked : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is to be noted for <paramref name="split"/> after <paramref name="before"/>, while <paramref name="pods"/> are there.</summary>
    public static AskedRatio Next(AskedRatio? before, TrafficSplit split, RatioPods pods)
    {
        var isSame = before is { Canary: not null } && before.Canary == split.Canary && before.Stable == split.Stable;
        var returns = isSame && split.Weight == CanaryWeight.Zero && pods.AreLeft && (before!.Weight > CanaryWeight.Zero || before.Returning == pods.Generation);
        return new(split.Stable, split.Canary, split.Weight.Percent, returns ? pods.Generation : null);
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this, _options);
}
