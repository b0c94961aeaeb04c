using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Guards;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Kubernetes.Admission.Guards;

/// <summary>What the caches know of one shop, and requests about it. Each request is asked twice, as the API server does when another webhook changed the object.</summary>
internal sealed class GuardBed
{
    private readonly CacheMemory<RolloutObject> _rollouts = new();
    private readonly CacheMemory<DeploymentObject> _deployments = new();
    private readonly CacheMemory<ReplicaSetObject> _sets = new();
    private readonly CacheMemory<HolderObject> _holders = new();
    private readonly CacheMemory<ServiceObject> _services = new();
    private readonly WorkloadCaches _caches;

    /// <summary>Adopted, at rest: revision h1 with template 1 is stable.</summary>
    public GuardBed(HoldMode mode = HoldMode.OnChange)
    {
        _caches = new(_deployments, _sets, _holders, _services, new CacheMemory<EndpointSliceObject>(), new CacheMemory<AutoscalerObject>());
        (Hold, Service, Route) = (new(_rollouts, _caches, mode), new(_rollouts, _caches), new(_rollouts));
        Rollout(Rest);
        _deployments.Put(DeploymentObject.Project(Read(Deployment(1)))!);
        Set("h1", 1);
        _services.Put(ServiceObject.Project(Read(ApexService("h1", "checkout-stable", label: true)))!);
    }

    public static RolloutState Rest { get; } = new() { StableRevision = "h1" };

    public static RolloutState UnderWay { get; } = Rest with { Phase = RolloutPhase.Progressing, CanaryRevision = "h2", TargetRevision = "h2" };

    public HoldHook Hold { get; }

    public ServiceHook Service { get; }

    public RouteHook Route { get; }

    /// <summary>What the caches know of the Rollout.</summary>
    public void Rollout(RolloutState? state, string router = "GatewayAPI", string workload = """{"kind": "Deployment", "name": "checkout"}""", bool isDeleting = false, bool isReleased = false, string approval = "")
    {
        var rollout = JsonNode.Parse($$$"""
            {
              "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",
              "metadata": {"name": "checkout", "namespace": "shop", "uid": "r1", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z", "annotations": {}},
              "spec": {
                "workload": {{{workload}}}, "service": {"name": "checkout", "port": 80},
                "traffic": {"router": "{{{router}}}"}, "strategy": {"steps": [{"weight": 10, "hold": "1m"{{{approval}}}}]}
              }
            }
            """)!.AsObject();
        if (router == "GatewayAPI")
        {
            rollout["spec"]!["traffic"]!["gatewayAPI"] = JsonNode.Parse("""{"httpRoutes": [{"name": "checkout"}]}""");
        }

        if (isDeleting)
        {
            rollout["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:01Z";
        }

        if (isReleased)
        {
            rollout["metadata"]!["annotations"]!["canarycontroller.io/release"] = "true";
        }

        if (state is not null)
        {
            rollout["status"] = JsonNode.Parse(RolloutStatusJson.Write(new RolloutStatus().With(state, 1)));
        }

        var seen = RolloutObject.Project(Read(rollout));
        Assert.Empty(seen.Problems);
        _rollouts.Put(seen);
    }

    /// <summary>A ReplicaSet of the Deployment.</summary>
    public void Set(string hash, int template) => _sets.Put(ReplicaSetObject.Project(Read(JsonNode.Parse($$$"""
        {
          "metadata": {"name": "checkout-{{{hash}}}", "namespace": "shop", "uid": "s-{{{hash}}}", "labels": {"pod-template-hash": "{{{hash}}}"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout", "uid": "d1", "controller": true}]},
          "spec": {"replicas": 4, "template": {{{Template(template)}}}},
          "status": {"replicas": 4, "readyReplicas": 4, "availableReplicas": 4}
        }
        """)!.AsObject()))!);

    /// <summary>Stable's ReplicaSet is not known any more, and its holder neither unless it stores a template.</summary>
    public void Lose(string hash, int? stored = null)
    {
        _sets.Remove(new("shop", $"checkout-{hash}"), "");
        if (stored is { } template)
        {
            _holders.Put(HolderObject.Project(Read(JsonNode.Parse($$$"""
                {
                  "metadata": {"name": "checkout-stable", "namespace": "shop", "uid": "h", "labels": {"canarycontroller.io/rollout": "checkout", "canarycontroller.io/revision": "{{{hash}}}"}},
                  "data": {"spec": {"template": {{{Template(template)}}}}}
                }
                """)!.AsObject()))!);
        }
    }

    public static JsonObject Deployment(int template, bool paused = false, bool held = false)
    {
        var made = JsonNode.Parse($$$"""
            {
              "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "checkout", "namespace": "shop", "uid": "d1"},
              "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "checkout"}}, "template": {{{Template(template)}}}}
            }
            """)!.AsObject();
        if (paused)
        {
            made["spec"]!["paused"] = true;
        }

        if (held)
        {
            made["metadata"]!["annotations"] = new JsonObject { [WorkloadMarks.Held] = "checkout" };
        }

        return made;
    }

    public static JsonObject ApexService(string? hash = null, string name = "checkout", string? applier = null, bool label = false)
    {
        var made = JsonNode.Parse($$$"""
            {
              "apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{{name}}}", "namespace": "shop", "uid": "{{{name}}}"},
              "spec": {"selector": {"app": "checkout"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}]}
            }
            """)!.AsObject();
        if (hash is not null)
        {
            made["spec"]!["selector"]!["pod-template-hash"] = hash;
        }

        if (label)
        {
            made["metadata"]!["labels"] = new JsonObject { ["canarycontroller.io/rollout"] = "checkout" };
        }

        if (applier is not null)
        {
            made["metadata"]!["managedFields"] = JsonNode.Parse($$$"""[{"manager": "{{{applier}}}", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:spec": {"f:selector": {} } } }]""");
        }

        return made;
    }

    /// <summary>What would be stored, and the warnings.</summary>
    public static (JsonObject Stored, IReadOnlyList<string> Warnings) Ask(IAdmissionHook hook, string kind, JsonObject before, JsonObject after, AdmissionOperation operation = AdmissionOperation.Update)
    {
        var answer = hook.Decide(Request(kind, before, after, operation));
        var allowed = Assert.IsType<AdmissionAnswer.Allowed>(answer);
        Assert.All(allowed.Warnings, warning => Assert.InRange(warning.Length, 1, 120));
        var stored = Apply(after, allowed);
        var again = Apply(stored, Assert.IsType<AdmissionAnswer.Allowed>(hook.Decide(Request(kind, before, stored, operation))));
        Assert.True(JsonNode.DeepEquals(stored, again), $"Asked again it says something else: {stored.ToJsonString()}\n{again.ToJsonString()}");
        return (stored, allowed.Warnings);
    }

    private static JsonObject Apply(JsonObject item, AdmissionAnswer.Allowed answer)
    {
        var stored = answer.Patch is null ? item : PatchedJson.Apply(item, answer.Patch);
        Assert.True(stored is not null, $"The patch cannot be carried out: {answer.Patch}");
        return stored;
    }

    private static AdmissionRequest Request(string kind, JsonObject before, JsonObject after, AdmissionOperation operation) => new()
    {
        Uid = "1",
        Group = kind == "HTTPRoute" ? "gateway.networking.k8s.io" : "",
        Kind = kind,
        Operation = operation,
        Name = new((string)after["metadata"]!["namespace"]!, (string)after["metadata"]!["name"]!),
        Object = Read(after),
        OldObject = operation is AdmissionOperation.Create ? default : Read(before),
        User = new("ann", "", []),
    };

    private static string Template(int number) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"metadata": {"labels": {"app": "checkout"}}, "spec": {"containers": [{"name": "shop", "image": "shop:{{{number}}}"}]}}
        """);

    private static JsonElement Read(JsonObject item) => JsonSerializer.SerializeToElement<JsonNode>(item);
}
