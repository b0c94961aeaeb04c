using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CsCheck;

namespace CanaryController.Manager.Tests.Kubernetes.Objects;

/// <summary>Each kind's projection reads of the sieved object what it would read of the whole one, whatever stands there.</summary>
public sealed class KeptFieldsTests
{
    private const string Metadata = """
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "0c5b5b0e-7a3c-4f6e-9a58-2f5f3b1c0d11", "resourceVersion": "77", "generation": 3, "creationTimestamp": "2026-01-01T00:00:00Z",
          "labels": {"app": "checkout", "pod-template-hash": "abc", "kubernetes.io/service-name": "checkout", "canarycontroller.io/rollout": "checkout"},
          "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"spec\":{}}", "deployment.kubernetes.io/revision": "3", "canarycontroller.io/held": "true"},
          "finalizers": ["canarycontroller.io/give-back"],
          "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout", "uid": "0c5b5b0e-7a3c-4f6e-9a58-2f5f3b1c0d12", "controller": true}],
          "managedFields": [{"manager": "kubectl", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:selector": {}, "f:ports": {}}}}]}
        """;

    private const string Template = """{"metadata": {"labels": {"app": "checkout", "pod-template-hash": "abc"}}, "spec": {"containers": [{"name": "app", "image": "shop:1", "env": [], "resources": {"limits": {}}}]}}""";

    private static readonly Gen<JsonNode?> _odd = Gen.OneOf("null", "5", "-1", "1e30", "\"x\"", "\"25%\"", "true", "[]", "{}", """[{"name": "x"}]""", """[[{"a": 1}]]""", """{"name": "x"}""", """{"\u006eame": "x"}""")
        .Select(text => JsonNode.Parse(text));

    [Fact]
    public void A_Deployment() => Check(DeploymentObject.Project, DeploymentObject.Kept, """
        {METADATA, "spec": {"replicas": 3, "paused": true, "minReadySeconds": 4, "revisionHistoryLimit": 5, "progressDeadlineSeconds": 6, "selector": {"matchLabels": {"app": "checkout"}},
          "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "30%", "maxUnavailable": 0}}, "template": TEMPLATE},
         "status": {"observedGeneration": 3, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 1, "conditions": [{"type": "Progressing"}]}}
        """);

    [Fact]
    public void A_ReplicaSet() => Check(ReplicaSetObject.Project, ReplicaSetObject.Kept, """
        {METADATA, "spec": {"replicas": 3, "minReadySeconds": 4, "selector": {"matchLabels": {"app": "checkout"}}, "template": TEMPLATE},
         "status": {"observedGeneration": 3, "replicas": 3, "fullyLabeledReplicas": 3, "readyReplicas": 2, "availableReplicas": 1}}
        """);

    [Fact]
    public void A_ControllerRevision() => Check(HolderObject.Project, HolderObject.Kept, """{METADATA, "data": {"spec": {"template": TEMPLATE, "other": 1}, "other": 1}, "revision": 1}""");

    [Fact]
    public void A_Service() => Check(ServiceObject.Project, ServiceObject.Kept, """
        {METADATA, "spec": {"type": "ClusterIP", "clusterIP": "10.0.0.1", "selector": {"app": "checkout"}, "ports": [{"name": "http", "protocol": "TCP", "port": 80, "targetPort": "web", "appProtocol": "http"}]}, "status": {"loadBalancer": {}}}
        """);

    [Fact]
    public void An_EndpointSlice() => Check(EndpointSliceObject.Project, EndpointSliceObject.Kept, """
        {METADATA, "addressType": "IPv4", "ports": [{"port": 80}], "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": true, "serving": true}, "targetRef": {"kind": "Pod", "name": "checkout-1", "uid": "u"}},
          {"addresses": ["10.0.0.2"], "conditions": {"ready": false}}]}
        """);

    [Fact]
    public void An_autoscaler() => Check(AutoscalerObject.Project, AutoscalerObject.Kept, """
        {METADATA, "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout"}, "minReplicas": 2, "maxReplicas": 9,
          "metrics": [{"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "1"}}}]}, "status": {"currentReplicas": 2}}
        """);

    [Fact]
    public void An_HTTPRoute() => Check(item => RouteKinds.HttpRoute.Project(item, ObjectKind.HttpRoute), RouteKinds.HttpRoute.Kept, """
        {METADATA, "spec": {"hostnames": ["shop.example"], "parentRefs": [{"name": "public", "namespace": "infra", "sectionName": "http", "port": 80}],
          "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "filters": [{"type": "URLRewrite"}], "backendRefs": [{"name": "checkout", "port": 80, "weight": 9, "filters": [{"type": "x"}]}, {"name": "checkout-canary", "weight": 1}]}]},
         "status": {"parents": [{"parentRef": {"name": "public"}, "controllerName": "example.com/gateway", "conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "observedGeneration": 3}, {"type": "Other"}]}]}}
        """);

    [Fact]
    public void A_Rollout() => Check(RolloutObject.Project, RolloutObject.Kept, """
        {"apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout", METADATA, "spec": {"workload": {"kind": "Deployment", "name": "checkout"}, "service": {"name": "checkout", "port": 80},
          "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "checkout"}]}}, "strategy": {"steps": [{"weight": 5, "hold": "5m"}]},
          "analysis": {"source": "Gateway", "metrics": [{"name": "success-rate", "builtin": "RequestSuccessRate", "threshold": {"min": 99}}]}},
         "status": {"observedGeneration": 3, "phase": "Idle", "conditions": [{"type": "Ready", "status": "True", "reason": "Idle", "message": "m", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
        """);

    private static void Check<T>(Func<JsonElement, T?> project, KeptFields kept, string whole)
        where T : class
    {
        whole = whole.Replace("METADATA", Metadata, StringComparison.Ordinal).Replace("TEMPLATE", Template, StringComparison.Ordinal);
        Assert.Contains("checkout", Read(project, Encoding.UTF8.GetBytes(whole)), StringComparison.Ordinal);
        Gen.Select(Gen.Int[0, 100_000], _odd, Gen.Int[0, 3]).Array[0, 3].Sample(
            changes =>
            {
                var text = changes.Aggregate(JsonNode.Parse(whole)!, Change).ToJsonString();
                var sieved = Encoding.UTF8.GetBytes(text);
                var length = JsonSieve.Sift(sieved, kept);
                Assert.Equal(Read(project, Encoding.UTF8.GetBytes(text)), Read(project, sieved.AsMemory(0, length)));
            },
            iter: 3_000);
    }

    /// <summary>Puts something odd anywhere, or takes something away.</summary>
    private static JsonNode Change(JsonNode root, (int At, JsonNode? Odd, int Way) change)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
        {
            return root;
        }

        var place = places[change.At % places.Count];
        switch (place.Parent)
        {
            case JsonObject parent when change.Way == 0:
                parent.Remove(place.GetPropertyName());
                break;
            case JsonObject or JsonArray:
                place.ReplaceWith(change.Odd?.DeepClone());
                break;
            default:
                break;
        }

        return root;
    }

    private static IEnumerable<JsonNode> Places(JsonNode node) => node switch
    {
        JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(child => Places(child).Prepend(child)),
        JsonArray items => items.OfType<JsonNode>().SelectMany(child => Places(child).Prepend(child)),
        _ => [],
    };

    private static string Read<T>(Func<JsonElement, T?> project, ReadOnlyMemory<byte> json)
        where T : class
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return JsonSerializer.Serialize(project(document.RootElement));
        }
        catch (Exception refused) when (refused is InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return refused.GetType().Name;
        }
    }
}
