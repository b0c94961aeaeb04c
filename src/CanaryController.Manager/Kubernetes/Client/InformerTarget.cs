namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What one list and watch covers.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; null = all.</param>
/// <param name="LabelSelector">Only objects with these labels; null = all.</param>
internal sealed record InformerTarget(ObjectKind Kind, string? Namespace, string? LabelSelector)
{
    /// <summary>For people: <c>in the whole cluster</c>.</summary>
    public string Where => Namespace is null ? "in the whole cluster" : $"in namespace {Namespace}";

    /// <summary>As RBAC names it: <c>httproutes.gateway.networking.k8s.io</c>.</summary>
    public string Resource => Kind.Group.Length == 0 ? Kind.Plural : $"{Kind.Plural}.{Kind.Group}";

    /// <summary>Path and query.</summary>
    public string Path(string query) =>
        $"{Kind.Path(Namespace)}?{query}{(LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(LabelSelector)}")}";
}
