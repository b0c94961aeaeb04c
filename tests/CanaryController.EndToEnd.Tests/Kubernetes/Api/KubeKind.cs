namespace CanaryController.EndToEnd.Tests.Kubernetes.Api;

/// <summary>A kind of object, and where the API server serves it.</summary>
internal sealed record KubeKind(string ApiVersion, string Plural, string Kind, bool IsNamespaced = true)
{
    public static readonly KubeKind Namespace = new("v1", "namespaces", "Namespace", IsNamespaced: false);
    public static readonly KubeKind CustomResourceDefinition = new("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition", IsNamespaced: false);
    public static readonly KubeKind MutatingWebhookConfiguration =
        new("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", IsNamespaced: false);
    public static readonly KubeKind ValidatingWebhookConfiguration =
        new("admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", IsNamespaced: false);
    public static readonly KubeKind TokenReview = new("authentication.k8s.io/v1", "tokenreviews", "TokenReview", IsNamespaced: false);
    public static readonly KubeKind Secret = new("v1", "secrets", "Secret");
    public static readonly KubeKind RoleBinding = new("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding");
    public static readonly KubeKind Node = new("v1", "nodes", "Node", IsNamespaced: false);
    public static readonly KubeKind Deployment = new("apps/v1", "deployments", "Deployment");
    public static readonly KubeKind ReplicaSet = new("apps/v1", "replicasets", "ReplicaSet");
    public static readonly KubeKind ControllerRevision = new("apps/v1", "controllerrevisions", "ControllerRevision");
    public static readonly KubeKind Pod = new("v1", "pods", "Pod");
    public static readonly KubeKind Service = new("v1", "services", "Service");
    public static readonly KubeKind Event = new("v1", "events", "Event");
    public static readonly KubeKind EndpointSlice = new("discovery.k8s.io/v1", "endpointslices", "EndpointSlice");
    public static readonly KubeKind HttpRoute = new("gateway.networking.k8s.io/v1", "httproutes", "HTTPRoute");
    public static readonly KubeKind VirtualService = new("networking.istio.io/v1", "virtualservices", "VirtualService");
    public static readonly KubeKind DestinationRule = new("networking.istio.io/v1", "destinationrules", "DestinationRule");
    public static readonly KubeKind TrafficSplit = new("split.smi-spec.io/v1alpha2", "trafficsplits", "TrafficSplit");
    public static readonly KubeKind TraefikService = new("traefik.io/v1alpha1", "traefikservices", "TraefikService");
    public static readonly KubeKind IngressRoute = new("traefik.io/v1alpha1", "ingressroutes", "IngressRoute");
    public static readonly KubeKind HttpProxy = new("projectcontour.io/v1", "httpproxies", "HTTPProxy");
    public static readonly KubeKind ServiceSplitter = new("consul.hashicorp.com/v1alpha1", "servicesplitters", "ServiceSplitter");
    public static readonly KubeKind ServiceResolver = new("consul.hashicorp.com/v1alpha1", "serviceresolvers", "ServiceResolver");
    public static readonly KubeKind Ingress = new("networking.k8s.io/v1", "ingresses", "Ingress");
    public static readonly KubeKind Rollout = new("canarycontroller.io/v1alpha1", "rollouts", "Rollout");
    public static readonly KubeKind RolloutCommand = new("canarycontroller.io/v1alpha1", "rolloutcommands", "RolloutCommand");
    public static readonly KubeKind Approval = new("canarycontroller.io/v1alpha1", "approvals", "Approval");
    public static readonly KubeKind FreezeWindow = new("canarycontroller.io/v1alpha1", "freezewindows", "FreezeWindow");
    public static readonly KubeKind ClusterFreezeWindow = new("canarycontroller.io/v1alpha1", "clusterfreezewindows", "ClusterFreezeWindow", IsNamespaced: false);
    public static readonly KubeKind NotificationChannel = new("canarycontroller.io/v1alpha1", "notificationchannels", "NotificationChannel");

    /// <summary>The path of all objects (of <paramref name="ns"/>), or of one.</summary>
    public string Path(string? ns, string? name = null, string? subresource = null)
    {
        var path = ApiVersion.Contains('/', StringComparison.Ordinal) ? $"apis/{ApiVersion}" : $"api/{ApiVersion}";
        path += IsNamespaced && ns is not null ? $"/namespaces/{ns}/{Plural}" : $"/{Plural}";
        path += name is null ? "" : $"/{name}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    public override string ToString() => Kind;
}
