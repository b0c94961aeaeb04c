using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Reading;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>An Approval.</summary>
internal sealed class ApprovalObject : CommandObject
{
    private ApprovalObject(JsonElement item, CommandText read)
        : base(ObjectKind.Approval, item, read)
    {
    }

    /// <summary>Reads an object of the API server.</summary>
    public static ApprovalObject Project(JsonElement item) => new(item, Read(item));

    /// <summary>What the object says.</summary>
    public static CommandText Read(JsonElement item)
    {
        var read = ApprovalReader.ReadServerObject(ServerText.Of(item, ObjectKind.Approval));
        var approval = read.Approvals.Count == 1 ? read.Approvals[0] : null;
        return new(approval?.Target ?? new(ObjectMeta.Read(item).Name.Namespace, read.Invalid.Count > 0 ? read.Invalid[0].Spec.Rollout : ""), approval?.ToCommand(), read.Problems);
    }
}
