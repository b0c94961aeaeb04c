using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>The router with Consul's companion, over objects in memory; consul-k8s answers when it is asked to.</summary>
internal sealed class ConsulKubernetesRig
{
    public static readonly ObjectKind Splitter = RouteKinds.ServiceSplitter.Versions[0];
    public static readonly ObjectKind Resolver = ConsulApi.ServiceResolver;
    public static readonly ObjectKind RouterKind = RouteKinds.ServiceRouter.Versions[0];

    private readonly bool _hasRouter;

    public ConsulKubernetesRig(bool hasRouter = false)
    {
        _hasRouter = hasRouter;
        var services = Kube.Cache(ObjectKind.Service, ServiceObject.Project);
        var slices = Kube.Cache(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        var sets = Kube.Cache(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        var deployments = Kube.Cache(ObjectKind.Deployment, DeploymentObject.Project);
        var objects = new RouteObjects(Kube, new([
            new(RouteKinds.ServiceSplitter, Kube.Cache(Splitter, item => RouteKinds.ServiceSplitter.Project(item, Splitter))),
            new(RouteKinds.ServiceRouter, Kube.Cache(RouterKind, item => RouteKinds.ServiceRouter.Project(item, RouterKind)))]));
        var resolvers = new ServiceResolvers(Kube, Kube.Cache(Resolver, ServiceResolverObject.Project));
        var surroundings = new ConsulSurroundings(Kube.Cache(ServiceDetours.Kind, ServiceDetours.Project), Kube.Cache(ServiceIntentionsObject.Kind, ServiceIntentionsObject.Project));
        var companion = new ConsulCompanion(objects, resolvers, new(resolvers, Kube, Time), surroundings, services, slices, sets, deployments, Kube);
        var contention = new RouteContention(Time);
        var divider = new RouteDivider(objects, services, slices, contention, Kube, NullLogger<RouteDivider>.Instance, Time);
        Router = new(objects, divider, new(objects), contention, services, slices, Kube, [companion]);
        Target = new("", "shop")
        {
            Cluster = new(new("shop", "shop"), RouterType.Consul, [new NamedRoute(RouteKinds.ServiceSplitter, "shop"), .. hasRouter ? (NamedRoute[])[new(RouteKinds.ServiceRouter, "shop")] : []], "shop", null, WorkloadType.Deployment)
            {
                Subsets = RoleSubsets.Of("shop"),
                Deployment = "shop",
            },
        };
    }

    public KubeMemory Kube { get; } = new();

    public FakeTimeProvider Time { get; } = new(new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public RouteObjectRouter Router { get; }

    public RouteTarget Target { get; }

    /// <summary>Everything that a rollout under way finds, at revision v1 with canary v2, whose pods are not ready. Consul has the two resources as they are.</summary>
    public static ConsulKubernetesRig Ready(string splitter = """{"splits": [{"weight": 100}]}""", string resolver = "{}", string? router = null)
    {
        var rig = new ConsulKubernetesRig(router is not null);
        if (router is not null)
        {
            rig.Kube.Put(RouterKind, Body("ServiceRouter", router));
        }

        rig.Kube.Put(Splitter, Body("ServiceSplitter", splitter));
        rig.Kube.Put(Resolver, Body("ServiceResolver", resolver));
        rig.Pins("v1", "v1");
        rig.Set("v1", ready: 2);
        rig.Set("v2", ready: 0);
        rig.Endpoints("shop-stable", "v1", ready: 2);
        rig.Sync();
        return rig;
    }

    public static JsonObject Body(string kind, string spec, string name = "shop") => JsonNode.Parse($$"""
        {
          "apiVersion": "consul.hashicorp.com/v1alpha1", "kind": "{{kind}}",
          "metadata": {"name": "{{name}}", "namespace": "shop", "resourceVersion": "7", "generation": 1, "annotations": {"team": "shop"}, "managedFields": [
            {"manager": "kubectl", "operation": "Apply", "apiVersion": "consul.hashicorp.com/v1alpha1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
             "fieldsV1": {"f:spec": {"f:splits": {}, "f:subsets": {} } } } ] },
          "spec": {{spec}}
        }
        """)!.AsObject();

    public static RouteObject Project(JsonObject splitter) => RouteKinds.ServiceSplitter.Project(JsonSerializer.SerializeToElement<JsonNode>(splitter), Splitter);

    public static ServiceResolverObject ProjectResolver(JsonObject resolver) => ServiceResolverObject.Project(JsonSerializer.SerializeToElement<JsonNode>(resolver));

    /// <summary>consul-k8s writes both into Consul, and a while passes.</summary>
    public void Sync()
    {
        Answer(Resolver, "True");
        Answer(Splitter, "True");
        if (_hasRouter)
        {
            Answer(RouterKind, "True");
        }

        Time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>consul-k8s says something of one of them.</summary>
    public void Answer(ObjectKind kind, string status, string message = "") => Kube.Change(kind, "shop", item => item["status"] = new JsonObject
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Synced", ["status"] = status, ["message"] = message }),
        ["lastSyncedTime"] = Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
    });

    public void Pins(string stable, string canary)
    {
        foreach (var (name, hash) in ((string, string)[])[("shop-stable", stable), ("shop-canary", canary)])
        {
            Kube.Put(ObjectKind.Service, JsonNode.Parse($$"""{"metadata": {"name": "{{name}}", "namespace": "shop"}, "spec": {"selector": {"app": "shop", "pod-template-hash": "{{hash}}"} } }""")!.AsObject());
        }
    }

    public void Set(string hash, int ready) => Kube.Put(ObjectKind.ReplicaSet, JsonNode.Parse($$"""
        {
          "metadata": {"name": "shop-{{hash}}", "namespace": "shop", "labels": {"pod-template-hash": "{{hash}}", "canarycontroller.io/rollout": "shop"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop", "uid": "d1", "controller": true}]},
          "spec": {"template": {"metadata": {"labels": {} } } }, "status": {"readyReplicas": {{ready}} }
        }
        """)!.AsObject());

    public void Endpoints(string service, string hash, int ready) => Kube.Put(ObjectKind.EndpointSlice, new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"{service}-1", ["namespace"] = "shop", ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service } },
        ["endpoints"] = new JsonArray([.. Enumerable.Range(0, 2).Select(index => JsonNode.Parse(
            $$"""{"conditions": {"ready": {{(index < ready ? "true" : "false")}} }, "targetRef": {"kind": "Pod", "name": "shop-{{hash}}-abcd{{index}}"} }"""))]),
    });

    /// <summary>The canary's Service leads to its pods, one of which is ready.</summary>
    public void CanaryIsReady()
    {
        Pins("v1", "v2");
        Endpoints("shop-canary", "v2", ready: 1);
    }

    public Task<RouteReading> ReadAsync(string stable = "v1", string? canary = "v2") => Router.ReadAsync(Target, stable, canary, CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, string stable = "v1", string? canary = "v2") =>
        await Router.ApplyAsync(Target, RouteRig.Split(percent, stable, canary), await ReadAsync(stable, canary), CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, EquatableArray<RequestMatch> matches) =>
        await Router.ApplyAsync(Target, RouteRig.Split(percent) with { Matches = matches }, await ReadAsync(), CancellationToken.None);

    /// <summary>Asks, lets consul-k8s answer, and asks again, as the planner does until nothing is left to do.</summary>
    public async Task<RouteReading> SettleAsync(decimal percent, EquatableArray<RequestMatch> matches = default)
    {
        for (var round = 0; round < 3; round++)
        {
            await ApplyAsync(percent, matches);
            Sync();
        }

        return await ReadAsync();
    }

    /// <summary>Settles at 0, and asks for more once.</summary>
    public async Task<RouteReading> SettleAndApplyAsync(decimal percent)
    {
        await SettleAsync(0);
        var asked = await ApplyAsync(percent);
        Sync();
        return asked;
    }

    /// <summary>The service's ServiceRouter.</summary>
    public void Routes(string routes) => Kube.Put(ServiceDetours.Kind, Around("shop", "shop", $$"""{"routes": [{{routes}}]}"""));

    /// <summary>A ServiceIntentions.</summary>
    public void Intentions(string destination, string sources, string ns = "shop", string consulNamespace = "") => Kube.Put(
        ServiceIntentionsObject.Kind, Around($"to-{(destination is "*" ? "all" : destination)}", ns, $$"""{"destination": {"name": "{{destination}}", "namespace": "{{consulNamespace}}"}, "sources": [{{sources}}]}"""));

    private static JsonObject Around(string name, string ns, string spec) => JsonNode.Parse($$"""{"metadata": {"name": "{{name}}", "namespace": "{{ns}}"}, "spec": {{spec}} }""")!.AsObject();

    /// <summary>The splits, as <c>stable 95, canary 5</c>.</summary>
    public string Splits() => string.Join(", ", Kube.Find(Splitter, "shop")["spec"]!["splits"]!.AsArray().Select(each => $"{each!["serviceSubset"]?.ToString() ?? each["service"]?.ToString() ?? "-"} {each["weight"]}"));

    /// <summary>The subsets, as <c>canary=v2, stable=v1</c>.</summary>
    public string Subsets() => string.Join(", ", (Kube.Find(Resolver, "shop")["spec"]!["subsets"]?.AsObject() ?? []).OrderBy(each => each.Key, StringComparer.Ordinal)
        .Select(each => $"{each.Key}={((string?)each.Value!["filter"] is { } filter && filter.Contains("^shop-", StringComparison.Ordinal) ? filter.Split("^shop-")[1][..2] : each.Value["filter"]?.ToString() ?? "-")}"));
}
