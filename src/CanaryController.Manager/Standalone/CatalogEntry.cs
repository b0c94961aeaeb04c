using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>A resource that the catalog knows.</summary>
internal sealed record CatalogEntry
{
    /// <summary>Its name.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>The file that it comes from.</summary>
    public required string File { get; init; }

    /// <summary>The last good text; null when there never was one.</summary>
    public ResourceContent? Content { get; init; }

    /// <summary>What is wrong with the present text.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; init; } = [];

    /// <summary>Since when no file has it; null while one has.</summary>
    public DateTimeOffset? AbsentSince { get; init; }

    /// <summary>It counts as deleted.</summary>
    public bool Deleted { get; init; }

    /// <summary>For the reconciler and the API.</summary>
    public RolloutResource ToResource() => new()
    {
        Key = Key,
        Spec = Content?.Spec,
        DeclaredRevision = Content?.DeclaredRevision,
        Authors = Content?.Authors ?? [],
        Target = Content?.Target ?? default,
        Terms = Content?.Terms ?? WindowTerms.None,
        Deleted = Deleted,
        Problems = Problems,
    };
}
