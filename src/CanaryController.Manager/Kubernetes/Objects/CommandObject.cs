using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>An object that asks for something once: a RolloutCommand or an Approval.</summary>
internal abstract class CommandObject : ICached
{
    /// <summary>Reads what all of them have.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="item">The object of the API server.</param>
    /// <param name="read">What is asked for.</param>
    protected CommandObject(ObjectKind kind, JsonElement item, CommandText read)
    {
        var meta = ObjectMeta.Read(item);
        Kind = kind;
        Stamp = CommandStamp.Read(meta.Annotations.GetValueOrDefault(Marks.StampAnnotation));
        Meta = meta with { Annotations = Without(meta.Annotations) };
        Target = read.Target;
        Command = read.Command;
        Refusal = read.Command is null ? string.Join("; ", Errors(read.Problems)) : null;
        IsDone = item.Text("status", "phase") is not (null or "Pending");
        GenerateName = item.Text("metadata", "generateName");
        SpecHash = StampSubject.HashOf(item);
        IsMislabelled = StampSubject.IsMislabelled(item);
    }

    /// <summary>Its kind.</summary>
    public ObjectKind Kind { get; }

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>The rollout that it is for.</summary>
    public RolloutKey Target { get; }

    /// <summary>What is asked for, from whom it says to be; null when it is not valid. Whether it counts is <see cref="CommandTrust"/>'s to say.</summary>
    public RolloutCommand? Command { get; }

    /// <summary>Why it is not valid.</summary>
    public string? Refusal { get; }

    /// <summary>Its status says already what became of it.</summary>
    public bool IsDone { get; }

    /// <summary>What its stamp says, unverified; null when it has none.</summary>
    public CommandStamp? Stamp { get; }

    /// <summary>What the API server made its name from; null when it did not.</summary>
    public string? GenerateName { get; }

    /// <summary>See <see cref="StampSubject.SpecHash"/>.</summary>
    public string SpecHash { get; }

    /// <summary>See <see cref="StampSubject.IsMislabelled"/>.</summary>
    public bool IsMislabelled { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => Stamp is null ? [KeyOf(Target)] : [KeyOf(Target), KeyOf(Stamp)];

    /// <summary>The key by which what is asked of a rollout is found.</summary>
    public static string KeyOf(RolloutKey rollout) => $"rollout:{rollout}";

    /// <summary>The key by which the objects that carry one stamp are found.</summary>
    public static string KeyOf(CommandStamp stamp) => $"stamp:{stamp.Code}";

    private static IEnumerable<string> Errors(IReadOnlyList<FieldProblem> problems) =>
        problems.Where(problem => problem.Severity is ProblemSeverity.Error).Select(problem => $"{problem.Path}: {problem.Message} {problem.Fix}".TrimEnd());

    /// <summary>The stamp is kept once.</summary>
    private static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> annotations)
    {
        var kept = new Dictionary<string, string>(annotations, StringComparer.Ordinal);
        kept.Remove(Marks.StampAnnotation);
        return kept;
    }
}

/// <summary>What such an object's text says.</summary>
/// <param name="Target">The rollout that it is for, as far as that could be read.</param>
/// <param name="Command">What is asked for; null when it is not valid.</param>
/// <param name="Problems">All that is wrong.</param>
internal sealed record CommandText(RolloutKey Target, RolloutCommand? Command, IReadOnlyList<FieldProblem> Problems);
