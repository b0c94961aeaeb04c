using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>One document of a file, read.</summary>
/// <param name="Resource">The rollout.</param>
/// <param name="Key">Its key.</param>
/// <param name="Places">Where its fields stand.</param>
/// <param name="File">The file, when it came from one.</param>
public sealed record RolloutDocument(Rollout Resource, RolloutKey Key, FieldPlaces Places, string? File);

/// <summary>What became of a text.</summary>
/// <param name="Documents">The valid rollouts, in order.</param>
/// <param name="Problems">All that is wrong in any document, in order; warnings among them.</param>
/// <param name="Invalid">Documents with errors whose name could be read: what could be read of each, never to be acted on.</param>
public sealed record ReadResult(IReadOnlyList<RolloutDocument> Documents, IReadOnlyList<FieldProblem> Problems, IReadOnlyList<RolloutDocument> Invalid)
{
    /// <summary>True when something is refused.</summary>
    public bool HasErrors => Problems.Any(problem => problem.Severity is ProblemSeverity.Error);
}
