using System.Text.Json.Serialization;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// One person's answer to one step of one revision: <c>kind: Approval</c> of <c>canarycontroller.io/v1alpha1</c>. It is carried out once and never changes: who thinks better of it makes another one. It
/// counts only with the stamp of the controller's admission webhook, which says who made it.
/// </summary>
public sealed record ApprovalResource
{
    /// <summary>What <c>kind</c> must be.</summary>
    public const string KindText = "Approval";

    /// <summary><c>canarycontroller.io/v1alpha1</c>. Required.</summary>
    public string ApiVersion { get; init; } = Rollout.ApiVersionText;

    /// <summary><c>Approval</c>. Required.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name, namespace, annotations. Required.</summary>
    public RolloutCommandMetadata Metadata { get; init; } = new();

    /// <summary>The answer. Required.</summary>
    public ApprovalSpec Spec { get; init; } = new();

    /// <summary>What became of it; null until the controller saw it.</summary>
    public RolloutCommandStatus? Status { get; init; }

    /// <summary>The rollout that it is for.</summary>
    [JsonIgnore]
    public RolloutKey Target => new(Metadata.Namespace, Spec.Rollout);

    /// <summary>The answer in Core's words, from nobody known. Its id is the object's uid, or namespace and name where there is none yet.</summary>
    /// <exception cref="InvalidOperationException">It decides nothing: it breaks the rules.</exception>
    public RolloutCommand ToCommand() => new()
    {
        Id = Metadata.Uid ?? $"{Metadata.Namespace}/{Metadata.Name}",
        Action = Spec.Decision switch
        {
            ApprovalDecision.Approve => RolloutAction.Approve,
            ApprovalDecision.Reject => RolloutAction.Reject,
            null => throw new InvalidOperationException("The approval decides nothing; check it before."),
        },
        Revision = Spec.Revision,
        StepIndex = Spec.Step - 1,
        Actor = RolloutCommandResource.UnknownActor,
        Comment = Spec.Comment,
    };
}

/// <summary><c>spec</c> of an Approval: the answer. It never changes.</summary>
public sealed record ApprovalSpec
{
    /// <summary>The rollout's name, in the approval's namespace. Required.</summary>
    public string Rollout { get; init; } = "";

    /// <summary>The canary revision that is answered for; it conflicts when another is under way. 1 to 63 of <c>A-Z a-z 0-9 - _ .</c>, a letter or digit at both ends. Required.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The step that is answered for, from 1 to 50; it conflicts when another is under way. Required.</summary>
    public int? Step { get; init; }

    /// <summary>The answer. Required.</summary>
    public ApprovalDecision? Decision { get; init; }

    /// <summary>Why; kept in the audit trail. At most 1,000 characters.</summary>
    public string? Comment { get; init; }
}

/// <summary>An answer to a step that waits for people.</summary>
public enum ApprovalDecision
{
    /// <summary>Agree to leave the step.</summary>
    Approve,

    /// <summary>Refuse: the revision is rolled back.</summary>
    Reject,
}
