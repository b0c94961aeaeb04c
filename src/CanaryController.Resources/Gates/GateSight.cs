using CanaryController.Core;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Gates;

/// <summary>All that a gate answers by.</summary>
/// <param name="View">The rollout now.</param>
/// <param name="Revisions">What became of its revisions, newest first, as of the same moment or later.</param>
public sealed record GateSight(RolloutView View, IReadOnlyList<RevisionView> Revisions)
{
    /// <summary>Counts the transitions.</summary>
    public long Sequence { get; init; }

    /// <summary>The revisions that were asked for, and their images, newest last.</summary>
    public EquatableArray<RevisionImages> Images { get; init; }

    /// <summary>What is asked for now, where that is known beside what was decided; null otherwise.</summary>
    public AskedRevision? Asked { get; init; }

    /// <summary>It was not decided about <see cref="Asked"/> yet: whatever is known of that revision is about an earlier try.</summary>
    public bool IsAskedNew { get; init; }
}
