namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>A kind of object, and where the API server serves it.</summary>
/// <param name="ApiVersion">Like <c>apps/v1</c>.</param>
/// <param name="Plural">Like <c>deployments</c>.</param>
/// <param name="Kind">Like <c>Deployment</c>.</param>
internal sealed record KubeKind(string ApiVersion, string Plural, string Kind)
{
    public static readonly KubeKind Namespace = new("v1", "namespaces", "Namespace");
    public static readonly KubeKind Service = new("v1", "services", "Service");
    public static readonly KubeKind Deployment = new("apps/v1", "deployments", "Deployment");
    public static readonly KubeKind ReplicaSet = new("apps/v1", "replicasets", "ReplicaSet");
    public static readonly KubeKind ControllerRevision = new("apps/v1", "controllerrevisions", "ControllerRevision");
    public static readonly KubeKind EndpointSlice = new("discovery.k8s.io/v1", "endpointslices", "EndpointSlice");
    public static readonly KubeKind HttpRoute = new("gateway.networking.k8s.io/v1", "httproutes", "HTTPRoute");
    public static readonly KubeKind Rollout = new("canarycontroller.io/v1alpha1", "rollouts", "Rollout");
    public static readonly KubeKind RolloutCommand = new("canarycontroller.io/v1alpha1", "rolloutcommands", "RolloutCommand");

    /// <summary>Path of all objects (of <paramref name="ns"/>), or of one.</summary>
    public string Path(string? ns, string? name = null, string? subresource = null)
    {
        var path = ApiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{ApiVersion}" : $"/api/{ApiVersion}";
        path += ns is null ? $"/{Plural}" : $"/namespaces/{ns}/{Plural}";
        path += name is null ? "" : $"/{name}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
