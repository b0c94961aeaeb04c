using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Rollouts;

/// <summary>The resources in force: the last good text of each.</summary>
internal interface IRolloutResources
{
    /// <summary>All that are known, ordered by key.</summary>
    IReadOnlyList<RolloutResource> All { get; }

    /// <summary>The resource named <paramref name="key"/>; null when there is none.</summary>
    RolloutResource? Find(RolloutKey key);

    /// <summary>Drops a deleted resource for good: nothing is left to do for it.</summary>
    void Forget(RolloutKey key);
}

/// <summary>A resource as it is in force.</summary>
internal sealed record RolloutResource
{
    /// <summary>Its name.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>What is wanted, from the last good text; null when it never was valid.</summary>
    public RolloutSpec? Spec { get; init; }

    /// <summary>The canary revision that it names; null when it names none.</summary>
    public string? DeclaredRevision { get; init; }

    /// <summary>Who made that revision, by the resource's annotation.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>The route that it divides.</summary>
    public RouteTarget Target { get; init; }

    /// <summary>As it was written, from the last good text; null where nobody needs more than the rest says.</summary>
    public Rollout? Rollout { get; init; }

    /// <summary>What says when it may move forward.</summary>
    public WindowTerms Terms { get; init; } = WindowTerms.None;

    /// <summary>On Kubernetes <c>metadata.generation</c>; otherwise 0.</summary>
    public long Generation { get; init; }

    /// <summary>It is gone: traffic returns to stable, then it is forgotten.</summary>
    public bool Deleted { get; init; }

    /// <summary>A person asked to be left alone: the same, but it stays known.</summary>
    public bool Released { get; init; }

    /// <summary>It was released, and nothing of ours is left: it is not led.</summary>
    public bool IsLeft { get; init; }

    /// <summary>Nobody knows any more what it said: it is deleted or released, and this is what the objects that it led tell. Nothing that changes wakes it.</summary>
    public bool IsRemains { get; init; }

    /// <summary>What is wrong with the present text; empty when that is in force.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; init; } = [];
}
