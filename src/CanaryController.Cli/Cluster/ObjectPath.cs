using CanaryController.Resources;

namespace CanaryController.Cli.Cluster;

/// <summary>Where the API server keeps our objects, relative to its base address.</summary>
internal static class ObjectPath
{
    private const string Group = "apis/canarycontroller.io/v1alpha1";

    /// <summary>The Rollouts of a namespace, or of all (null).</summary>
    public static string Rollouts(string? ns) => ns is null ? $"{Group}/rollouts" : $"{Group}/namespaces/{Uri.EscapeDataString(ns)}/rollouts";

    /// <summary>One Rollout.</summary>
    public static string Rollout(RolloutKey key) => $"{Rollouts(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";

    /// <summary>One Deployment.</summary>
    public static string Deployment(string ns, string name) => $"apis/apps/v1/namespaces/{Uri.EscapeDataString(ns)}/deployments/{Uri.EscapeDataString(name)}";

    /// <summary>The RolloutCommands of a namespace.</summary>
    public static string Commands(string ns) => $"{Group}/namespaces/{Uri.EscapeDataString(ns)}/rolloutcommands";

    /// <summary>The Approvals of a namespace.</summary>
    public static string Approvals(string ns) => $"{Group}/namespaces/{Uri.EscapeDataString(ns)}/approvals";

    /// <summary>The FreezeWindows of a namespace, or of all (null).</summary>
    public static string Freezes(string? ns) => ns is null ? $"{Group}/freezewindows" : $"{Group}/namespaces/{Uri.EscapeDataString(ns)}/freezewindows";

    /// <summary>The ClusterFreezeWindows.</summary>
    public const string ClusterFreezes = $"{Group}/clusterfreezewindows";

    /// <summary>Who the server takes us for, in one version of the API.</summary>
    public static string SelfSubjectReview(string version) => $"apis/authentication.k8s.io/{version}/selfsubjectreviews";
}
