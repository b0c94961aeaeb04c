using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary>What says when a rollout may move forward: its own windows, and the labels by which freezes know it.</summary>
public sealed record WindowTerms
{
    /// <summary>None of either.</summary>
    public static WindowTerms None { get; } = new();

    /// <summary>Its windows; none = always open.</summary>
    public EquatableArray<WindowSection> Windows { get; init; }

    /// <summary>Its labels.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Those of a resource.</summary>
    /// <param name="rollout">A valid one.</param>
    public static WindowTerms Of(Rollout rollout) => new() { Windows = rollout.Spec.Strategy.Windows, Labels = rollout.Metadata.Labels };
}
