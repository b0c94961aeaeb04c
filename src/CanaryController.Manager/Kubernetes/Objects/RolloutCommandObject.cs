using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>A RolloutCommand.</summary>
internal sealed class RolloutCommandObject : ICached
{
    /// <summary>An annotation may have 256 KB, and the actor stands in the status many times.</summary>
    private const int MaxClaimChars = 200;

    private const string ApprovalRefusal =
        "nobody vouches for who created it, so an approval in this form does not count; approve over the controller's HTTP API, where each token has a name";

    private RolloutCommandObject(ObjectMeta meta, RolloutKey target, RolloutCommand? command, string? refusal, bool isDone) =>
        (Meta, Target, Command, Refusal, IsDone) = (meta, target, command, refusal, isDone);

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>The rollout that it is for.</summary>
    public RolloutKey Target { get; }

    /// <summary>What is asked for; null when it is not a valid command.</summary>
    public RolloutCommand? Command { get; }

    /// <summary>Why it is not valid.</summary>
    public string? Refusal { get; }

    /// <summary>Its status says already what became of it.</summary>
    public bool IsDone { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [KeyOf(Target)];

    /// <summary>Nothing stamps yet who created an object: what it says of that is a claim, and an approval is worth as much as the approver's name.</summary>
    private static string ActorOf(RolloutCommandResource command) =>
        command.Actor == RolloutCommandResource.UnknownActor ? RolloutCommandResource.UnknownActor
        : $"unknown (says {new string([.. command.Actor.Where(letter => !char.IsControl(letter)).Take(MaxClaimChars)])})";

    /// <summary>The key by which a rollout's commands are found.</summary>
    public static string KeyOf(RolloutKey rollout) => $"rollout:{rollout}";

    /// <summary>Reads an object of the API server.</summary>
    public static RolloutCommandObject Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var done = item.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
            && status.TryGetProperty("phase", out var phase) && phase.GetString() is not (null or "Pending");
        var read = RolloutCommandReader.ReadServerObject(ServerText.Of(item, ObjectKind.RolloutCommand));
        if (read.Commands is [var command])
        {
            return command.Spec.Action is RolloutAction.Approve
                ? new(meta, command.Target, null, ApprovalRefusal, done)
                : new(meta, command.Target, command.ToCommand() with { Actor = ActorOf(command) }, null, done);
        }

        var target = read.Invalid is [var invalid, ..] ? invalid.Spec.Rollout : "";
        var errors = read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error).Select(problem => $"{problem.Path}: {problem.Message} {problem.Fix}".TrimEnd());
        return new(meta, new(meta.Name.Namespace, target), null, string.Join("; ", errors), done);
    }
}
