using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>How ReplicaSets are named after their Deployment: <c>deployment-hash</c> by its controller, <c>deployment-cc-hash</c> by us.</summary>
internal static class SetName
{
    private const string Ours = "-cc";

    /// <summary>The Deployment that it is called after, as far as a name can tell: one that is itself called <c>web-cc</c> looks like <c>web</c>. Null when it is called otherwise.</summary>
    public static string? DeploymentOf(ReplicaSetObject set)
    {
        if (set.Hash is not { } hash || !set.Meta.Name.Name.EndsWith($"-{hash}", StringComparison.Ordinal))
        {
            return null;
        }

        var name = set.Meta.Name.Name[..^(hash.Length + 1)];
        return name.EndsWith(Ours, StringComparison.Ordinal) ? name[..^Ours.Length] : name;
    }

    /// <summary>It is called after <paramref name="deployment"/>, one way or the other.</summary>
    public static bool IsOf(ReplicaSetObject set, string deployment) => DeploymentOf(set) is { } named && (named == deployment || named + Ours == deployment);
}
