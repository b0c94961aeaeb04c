using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>What one file of the folder holds.</summary>
/// <param name="File">Its name within the folder.</param>
/// <param name="Documents">The rollouts in it whose name could be read.</param>
/// <param name="Problems">All that is wrong in it, warnings among it.</param>
internal sealed record FileReading(string File, IReadOnlyList<ReadDocument> Documents, IReadOnlyList<FieldProblem> Problems)
{
    /// <summary>The valid templates in it.</summary>
    public IReadOnlyList<MetricTemplate> Templates { get; init; } = [];

    /// <summary>The valid channels in it.</summary>
    public IReadOnlyList<NotificationChannel> Channels { get; init; } = [];
    /// <summary>The freezes in it, those with errors too.</summary>
    public IReadOnlyList<FreezeWindowDocument> Freezes { get; init; } = [];

    /// <summary>A freeze may stand in it, though it could not be parsed.</summary>
    public bool MayHoldFreeze { get; init; }

    /// <summary>Some document in it may be one that cannot be recognized.</summary>
    public bool HasErrors => Problems.Any(problem => problem.Severity is ProblemSeverity.Error);
}

/// <summary>One rollout as a file has it.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Content">What is wanted; null when the document is not valid.</param>
/// <param name="Problems">What is wrong with it; empty when valid.</param>
internal sealed record ReadDocument(RolloutKey Key, ResourceContent? Content, IReadOnlyList<FieldProblem> Problems);

/// <summary>A valid resource in Core's words.</summary>
/// <param name="Spec">What is wanted.</param>
/// <param name="DeclaredRevision">The canary that it names; null when it names none.</param>
/// <param name="Target">The route that it divides.</param>
internal sealed record ResourceContent(RolloutSpec Spec, string? DeclaredRevision, RouteTarget Target)
{
    /// <summary>Who made that revision, by the annotation. Not kept: after a restart the file tells it again.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>What says when it may move forward.</summary>
    public WindowTerms Terms { get; init; } = WindowTerms.None;
}

/// <summary>The folder at one moment.</summary>
/// <param name="Files">All its files, by name; null when the folder cannot be read, which never counts as deletion.</param>
/// <param name="Problem">Why it cannot be read.</param>
internal sealed record FolderScan(IReadOnlyList<FileReading>? Files, string? Problem);
