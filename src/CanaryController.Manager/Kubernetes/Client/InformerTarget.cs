namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What one list and watch covers.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; null = all.</param>
/// <param name="LabelSelector">Only objects with these labels; null = all.</param>
/// <param name="Name">Only the object of this name, so that a permission for that name suffices; null = all.</param>
internal sealed record InformerTarget(ObjectKind Kind, string? Namespace, string? LabelSelector, string? Name = null)
{
    /// <summary>For people: <c>in the whole cluster</c>.</summary>
    public string Where => Name is not null ? $"named {Name}{(Namespace is null ? "" : $" in namespace {Namespace}")}"
        : Namespace is null ? "in the whole cluster" : $"in namespace {Namespace}";

    /// <summary>As RBAC names it: <c>httproutes.gateway.networking.k8s.io</c>.</summary>
    public string Resource => Kind.Group.Length == 0 ? Kind.Plural : $"{Kind.Plural}.{Kind.Group}";

    /// <summary>Path and query.</summary>
    public string Path(string query) => $"{Kind.Path(Namespace)}?{query}"
        + (LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(LabelSelector)}")
        + (Name is null ? "" : $"&fieldSelector={Uri.EscapeDataString($"metadata.name={Name}")}");
}
