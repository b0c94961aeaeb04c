using System.Text.Json.Serialization;
using CanaryController.Core;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// One command to one rollout: <c>kind: RolloutCommand</c> of <c>canarycontroller.io/v1alpha1</c>. It is carried out once, in the order of creation, and never changes: a second
/// command is a second object.
/// </summary>
public sealed record RolloutCommandResource
{
    /// <summary>What <c>kind</c> must be.</summary>
    public const string KindText = "RolloutCommand";

    /// <summary>Where a client may say who it is. It is told as a claim: what counts is the stamp of the controller's admission webhook.</summary>
    public const string RequestedByAnnotation = "canarycontroller.io/requested-by";

    /// <summary>Label: the action in lower case. API servers before 1.30 tell by it which commands must pass while the admission webhook is down.</summary>
    public const string ActionLabel = "canarycontroller.io/action";

    /// <summary>Who is named while nobody stamped the command.</summary>
    public const string UnknownActor = "unknown";

    /// <summary><c>canarycontroller.io/v1alpha1</c>. Required.</summary>
    public string ApiVersion { get; init; } = Rollout.ApiVersionText;

    /// <summary><c>RolloutCommand</c>. Required.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name, namespace, annotations. Required.</summary>
    public RolloutCommandMetadata Metadata { get; init; } = new();

    /// <summary>What is asked for. Required.</summary>
    public RolloutCommandSpec Spec { get; init; } = new();

    /// <summary>What became of it; null until the controller saw it.</summary>
    public RolloutCommandStatus? Status { get; init; }

    /// <summary>The rollout that it is for.</summary>
    [JsonIgnore]
    public RolloutKey Target => new(Metadata.Namespace, Spec.Rollout);

    /// <summary>Who asks, by the object's own word; else <see cref="UnknownActor"/>.</summary>
    [JsonIgnore]
    public string Actor
    {
        get
        {
            foreach (var (name, text) in Metadata.Annotations)
            {
                if (name == RequestedByAnnotation && !string.IsNullOrWhiteSpace(text))
                {
                    return text;
                }
            }

            return UnknownActor;
        }
    }

    /// <summary>The command in Core's words. Its id is the object's uid, or namespace and name where there is none yet.</summary>
    /// <exception cref="InvalidOperationException">It names no action: it breaks the rules.</exception>
    public RolloutCommand ToCommand() => new()
    {
        Id = Metadata.Uid ?? $"{Metadata.Namespace}/{Metadata.Name}",
        Action = Spec.Action ?? throw new InvalidOperationException("The command names no action; check it before."),
        Revision = Spec.Revision,
        ExpectedTarget = Spec.ExpectedTarget,
        StepIndex = Spec.Step - 1,
        Actor = Actor,
        Comment = Spec.Reason,
    };
}

/// <summary>Name, namespace and what the API server adds.</summary>
public sealed record RolloutCommandMetadata
{
    /// <summary>The name, unique in the namespace: a DNS subdomain, at most 253 of <c>a-z 0-9 - .</c>. Required unless generateName is there.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the API server begins the name with. Left out: <see cref="Name"/> says it all.</summary>
    public string? GenerateName { get; init; }

    /// <summary>The namespace, the rollout's own: a DNS label. Default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>For people and tools. At most 64.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary><see cref="RolloutCommandResource.RequestedByAnnotation"/> is read, the others are for people and tools. At most 64.</summary>
    public EquatableArray<KeyValuePair<string, string>> Annotations { get; init; }

    /// <summary>What tells this object from one that had its name before; written by the API server.</summary>
    public string? Uid { get; init; }

    /// <summary>What a conditional write compares; written by the API server.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>When it was created; written by the API server.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }
}

/// <summary><c>spec</c> of a RolloutCommand: what is asked for. It never changes.</summary>
public sealed record RolloutCommandSpec
{
    /// <summary>The longest <see cref="Reason"/>, in characters.</summary>
    public const int MaxReasonCharacters = 1_000;

    /// <summary>The rollout's name, in the command's namespace. Required.</summary>
    public string Rollout { get; init; } = "";

    /// <summary>What to do; Start is for External workloads only. Required.</summary>
    public RolloutAction? Action { get; init; }

    /// <summary>
    /// For Start: the new revision, required. For Undo: the earlier stable one; left out: the one before. For all others: the canary revision that the sender saw; the command
    /// conflicts when it is another. Left out: any. 1 to 63 of <c>A-Z a-z 0-9 - _ .</c>, a letter or digit at both ends.
    /// </summary>
    public string? Revision { get; init; }

    /// <summary>The step that the sender saw, from 1 to 50; the command conflicts when it is another. Left out: any. Not for Start and Undo.</summary>
    public int? Step { get; init; }

    /// <summary>For Start: the target revision that the sender saw; the command conflicts when it is another. Left out: any. Of the form of revision.</summary>
    public string? ExpectedTarget { get; init; }

    /// <summary>Why; kept in the audit trail. Required for BreakGlass. At most 1,000 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>status</c> of a RolloutCommand: what became of it.</summary>
public sealed record RolloutCommandStatus
{
    /// <summary>Where it stands.</summary>
    public CommandPhase Phase { get; init; } = CommandPhase.Pending;

    /// <summary>The same in one sentence: what happens now, or what is wrong and what to do.</summary>
    public string Message { get; init; } = "";

    /// <summary>Who asked, as far as known.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was carried out or refused; left out until then.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The status that says what became of a command.</summary>
    public static RolloutCommandStatus Of(CommandResult result, string actor, DateTimeOffset at) => new()
    {
        Phase = result.Status switch
        {
            CommandStatus.Accepted => CommandPhase.Accepted,
            CommandStatus.Unchanged => CommandPhase.Unchanged,
            CommandStatus.Conflict => CommandPhase.Conflict,
            CommandStatus.Refused => CommandPhase.Refused,
        },
        Message = result.Message,
        Actor = actor,
        CompletedAt = at,
    };
}

/// <summary>Where a command stands.</summary>
public enum CommandPhase
{
    /// <summary>The controller has not carried it out yet.</summary>
    Pending,

    /// <summary>Carried out.</summary>
    Accepted,

    /// <summary>Nothing to do: it was so already.</summary>
    Unchanged,

    /// <summary>The revision, step or target that the sender saw was not the present one.</summary>
    Conflict,

    /// <summary>Not possible in the phase that the rollout was in, or not a valid command.</summary>
    Refused,
}
