using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Reading;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>A RolloutCommand.</summary>
internal sealed class RolloutCommandObject : CommandObject
{
    private RolloutCommandObject(JsonElement item, CommandText read)
        : base(ObjectKind.RolloutCommand, item, read)
    {
    }

    /// <summary>Reads an object of the API server.</summary>
    public static RolloutCommandObject Project(JsonElement item) => new(item, Read(item));

    /// <summary>What the object says.</summary>
    public static CommandText Read(JsonElement item)
    {
        var read = RolloutCommandReader.ReadServerObject(ServerText.Of(item, ObjectKind.RolloutCommand));
        var command = read.Commands.Count == 1 ? read.Commands[0] : null;
        return new(command?.Target ?? new(ObjectMeta.Read(item).Name.Namespace, read.Invalid.Count > 0 ? read.Invalid[0].Spec.Rollout : ""), command?.ToCommand(), read.Problems);
    }
}
