namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>A kind of object that the API server serves.</summary>
/// <param name="Group">The API group; empty for the one without a name.</param>
/// <param name="Version">The served version that is spoken.</param>
/// <param name="Plural">The name in paths, like <c>deployments</c>.</param>
/// <param name="Kind">The name in objects, like <c>Deployment</c>.</param>
internal sealed record ObjectKind(string Group, string Version, string Plural, string Kind)
{
    public static readonly ObjectKind Deployment = new("apps", "v1", "deployments", "Deployment");
    public static readonly ObjectKind ReplicaSet = new("apps", "v1", "replicasets", "ReplicaSet");
    public static readonly ObjectKind ControllerRevision = new("apps", "v1", "controllerrevisions", "ControllerRevision");
    public static readonly ObjectKind Service = new("", "v1", "services", "Service");
    public static readonly ObjectKind Event = new("", "v1", "events", "Event");
    public static readonly ObjectKind EndpointSlice = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice");
    public static readonly ObjectKind HorizontalPodAutoscaler = new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler");
    public static readonly ObjectKind Lease = new("coordination.k8s.io", "v1", "leases", "Lease");
    public static readonly ObjectKind Ingress = new("networking.k8s.io", "v1", "ingresses", "Ingress");
    public static readonly ObjectKind HttpRoute = new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute");
    public static readonly ObjectKind Rollout = new("canarycontroller.io", "v1alpha1", "rollouts", "Rollout");
    public static readonly ObjectKind Secret = new("", "v1", "secrets", "Secret");
    public static readonly ObjectKind MutatingWebhooks = new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration");
    public static readonly ObjectKind ValidatingWebhooks = new("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration");
    public static readonly ObjectKind MetricTemplate = new("canarycontroller.io", "v1alpha1", "metrictemplates", "MetricTemplate");
    public static readonly ObjectKind ClusterMetricTemplate = new("canarycontroller.io", "v1alpha1", "clustermetrictemplates", "ClusterMetricTemplate");
    public static readonly ObjectKind Approval = new("canarycontroller.io", "v1alpha1", "approvals", "Approval");
    public static readonly ObjectKind FreezeWindow = new("canarycontroller.io", "v1alpha1", "freezewindows", "FreezeWindow");
    public static readonly ObjectKind ClusterFreezeWindow = new("canarycontroller.io", "v1alpha1", "clusterfreezewindows", "ClusterFreezeWindow");
    public static readonly ObjectKind NotificationChannel = new("canarycontroller.io", "v1alpha1", "notificationchannels", "NotificationChannel");
    public static readonly ObjectKind RolloutCommand = new("canarycontroller.io", "v1alpha1", "rolloutcommands", "RolloutCommand");

    public static readonly ObjectKind TokenReview = new("authentication.k8s.io", "v1", "tokenreviews", "TokenReview");
    public static readonly ObjectKind SubjectAccessReview = new("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview");

    /// <summary>As objects write it in <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of a namespace's objects; of all, and of kinds without namespaces, with null or an empty one.</summary>
    public string Path(string? ns)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        return string.IsNullOrEmpty(ns) ? $"{root}/{Plural}" : $"{root}/namespaces/{ns}/{Plural}";
    }

    /// <inheritdoc/>
    public override string ToString() => Kind;
}

/// <summary>Names an object of a kind.</summary>
/// <param name="Namespace">Its namespace; empty for kinds without.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ObjectName(string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
