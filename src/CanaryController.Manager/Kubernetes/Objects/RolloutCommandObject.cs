using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>A RolloutCommand.</summary>
internal sealed class RolloutCommandObject : ICached
{
    private RolloutCommandObject(ObjectMeta meta, RolloutKey target) => (Meta, Target) = (meta, target);

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>The rollout that it is for.</summary>
    public RolloutKey Target { get; }

    /// <summary>What is asked for, from whom it says to be; null when it is not a valid command. Whether it counts is <see cref="CommandTrust"/>'s to say.</summary>
    public RolloutCommand? Command { get; private init; }

    /// <summary>Why it is not valid.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Its status says already what became of it.</summary>
    public bool IsDone { get; private init; }

    /// <summary>What its stamp says, unverified; null when it has none.</summary>
    public CommandStamp? Stamp { get; private init; }

    /// <summary>What the API server made its name from; null when it did not.</summary>
    public string? GenerateName { get; private init; }

    /// <summary>See <see cref="StampSubject.SpecHash"/>.</summary>
    public required string SpecHash { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => Stamp is null ? [KeyOf(Target)] : [KeyOf(Target), KeyOf(Stamp)];

    /// <summary>The key by which a rollout's commands are found.</summary>
    public static string KeyOf(RolloutKey rollout) => $"rollout:{rollout}";

    /// <summary>The key by which the commands that carry one stamp are found.</summary>
    public static string KeyOf(CommandStamp stamp) => $"stamp:{stamp.Code}";

    /// <summary>Reads an object of the API server.</summary>
    public static RolloutCommandObject Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var read = RolloutCommandReader.ReadServerObject(ServerText.Of(item, ObjectKind.RolloutCommand));
        var command = read.Commands.Count == 1 ? read.Commands[0] : null;
        var target = command?.Target ?? new(meta.Name.Namespace, read.Invalid.Count > 0 ? read.Invalid[0].Spec.Rollout : "");
        var errors = read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error).Select(problem => $"{problem.Path}: {problem.Message} {problem.Fix}".TrimEnd());
        var stamp = CommandStamp.Read(meta.Annotations.GetValueOrDefault(Marks.StampAnnotation));
        return new(meta with { Annotations = Without(meta.Annotations) }, target)
        {
            Command = command?.ToCommand(),
            Refusal = command is null ? string.Join("; ", errors) : null,
            IsDone = item.Text("status", "phase") is not (null or "Pending"),
            Stamp = stamp,
            GenerateName = item.Text("metadata", "generateName"),
            SpecHash = StampSubject.HashOf(item),
        };
    }

    /// <summary>The stamp is kept once.</summary>
    private static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> annotations)
    {
        var kept = new Dictionary<string, string>(annotations, StringComparer.Ordinal);
        kept.Remove(Marks.StampAnnotation);
        return kept;
    }
}
