namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What objects are looked up by, beside their names.</summary>
internal static class ObjectKeys
{
    /// <summary>ReplicaSets by the uid of their controller.</summary>
    public static string Owner(string uid) => $"owner:{uid}";

    /// <summary>ReplicaSets, holders and Services that carry <see cref="Marks.RolloutLabel"/>.</summary>
    public static string Rollout(string ns, string name) => $"rollout:{ns}/{name}";

    /// <summary>EndpointSlices by their Service.</summary>
    public static string Service(string ns, string name) => $"service:{ns}/{name}";

    /// <summary>Autoscalers by the Deployment that they scale.</summary>
    public static string Target(string ns, string name) => $"target:{ns}/{name}";
}
