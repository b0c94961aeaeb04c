using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>A kind of object and where it is found.</summary>
/// <param name="Group">The API group; empty for core.</param>
/// <param name="Kind">The kind, like ReplicaSet.</param>
/// <param name="Resource">As in the store, like apps/replicasets.</param>
/// <param name="IsNamespaced">Whether it lives in namespaces.</param>
internal sealed record ResourceKind(string Group, string Kind, string Resource, bool IsNamespaced);

/// <summary>The kinds that the cluster has: those built in, those of its CustomResourceDefinitions, and those that were seen.</summary>
internal sealed class ResourceKinds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceKind> _byResource = [];

    public ResourceKinds()
    {
        Add("", true, ("Pod", "pods"), ("Service", "services"), ("ConfigMap", "configmaps"), ("Secret", "secrets"), ("ServiceAccount", "serviceaccounts"),
            ("Event", "events"), ("Endpoints", "endpoints"));
        Add("", false, ("Namespace", "namespaces"), ("Node", "nodes"));
        Add("apps", true, ("Deployment", "deployments"), ("ReplicaSet", "replicasets"), ("ControllerRevision", "controllerrevisions"),
            ("StatefulSet", "statefulsets"), ("DaemonSet", "daemonsets"));
        Add("autoscaling", true, ("HorizontalPodAutoscaler", "horizontalpodautoscalers"));
        Add("policy", true, ("PodDisruptionBudget", "poddisruptionbudgets"));
        Add("discovery.k8s.io", true, ("EndpointSlice", "endpointslices"));
        Add("coordination.k8s.io", true, ("Lease", "leases"));
        Add("events.k8s.io", true, ("Event", "events"));
        Add("rbac.authorization.k8s.io", true, ("Role", "roles"), ("RoleBinding", "rolebindings"));
        Add("rbac.authorization.k8s.io", false, ("ClusterRole", "clusterroles"), ("ClusterRoleBinding", "clusterrolebindings"));
        Add("apiextensions.k8s.io", false, ("CustomResourceDefinition", "customresourcedefinitions"));
    }

    public IReadOnlyList<ResourceKind> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _byResource.Values];
            }
        }
    }

    /// <summary>The kind that an owner reference names; null when the cluster does not have it. Which version it names does not matter.</summary>
    public ResourceKind? Of(string apiVersion, string kind)
    {
        var group = Group(apiVersion);
        lock (_gate)
        {
            return _byResource.Values.FirstOrDefault(k => k.Kind == kind && k.Group == group);
        }
    }

    /// <summary>Learns the kind of an object, and what a CustomResourceDefinition defines.</summary>
    public void Learn(string resource, JsonObject item)
    {
        if (resource == Resources.CustomResourceDefinitions)
        {
            var group = item.Text("spec", "group") ?? "";
            AddOne(new(group, item.Text("spec", "names", "kind") ?? "", $"{group}/{item.Text("spec", "names", "plural")}", item.Text("spec", "scope") == "Namespaced"));
        }

        AddOne(new(Group(item.Text("apiVersion") ?? ""), item.Text("kind") ?? "", resource, item.Namespace() is not null));
    }

    private static string Group(string apiVersion) => apiVersion.Contains('/') ? apiVersion[..apiVersion.IndexOf('/')] : "";

    private void Add(string group, bool namespaced, params ReadOnlySpan<(string Kind, string Plural)> kinds)
    {
        foreach (var (kind, plural) in kinds)
        {
            AddOne(new(group, kind, $"{(group.Length == 0 ? "core" : group)}/{plural}", namespaced));
        }
    }

    private void AddOne(ResourceKind kind)
    {
        lock (_gate)
        {
            _byResource.TryAdd(kind.Resource, kind);
        }
    }
}
