using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>The router with Istio's companion, over objects in memory.</summary>
internal sealed class IstioRig
{
    public static readonly ObjectKind VirtualService = RouteKinds.VirtualService.Versions[0];
    public static readonly ObjectKind DestinationRule = IstioApi.DestinationRule[0];
    public static readonly ObjectKind PeerAuthentication = IstioApi.PeerAuthentication[0];

    public IstioRig(bool bySubset = false, WorkloadType workload = WorkloadType.Deployment, params string[] rules)
    {
        var services = Kube.Cache(ObjectKind.Service, ServiceObject.Project);
        var slices = Kube.Cache(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        var sets = Kube.Cache(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        var objects = new RouteObjects(Kube, new([new(RouteKinds.VirtualService, Kube.Cache(VirtualService, item => RouteKinds.VirtualService.Project(item, VirtualService)))]));
        Rules = Kube.Cache(DestinationRule, item => DestinationRuleObject.Project(item, DestinationRule));
        var known = new DestinationRules(Kube, Rules);
        var keeper = new SubsetKeeper(known, sets, Kube, Kube, Time);
        var companion = new IstioCompanion(
            objects, known, keeper, Kube.Cache(PeerAuthentication, item => PeerAuthenticationObject.Project(item, PeerAuthentication)), services, slices, sets, Kube);
        var contention = new RouteContention(Time);
        var divider = new RouteDivider(objects, services, slices, contention, Kube, NullLogger<RouteDivider>.Instance);
        Router = new(objects, divider, new(objects), contention, services, slices, Kube, [companion]);
        var cluster = new ClusterRoute(new("shop", "shop"), RouterType.Istio, [new NamedRoute(RouteKinds.VirtualService, "web") { Rules = [.. rules] }], "shop", null, workload);
        Target = new("", "shop") { Cluster = bySubset ? cluster with { Subsets = new("shop", "stable", "canary") } : cluster };
    }

    public KubeMemory Kube { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public CacheMemory<DestinationRuleObject> Rules { get; }

    public RouteObjectRouter Router { get; }

    public RouteTarget Target { get; }

    /// <summary>Everything that a rollout under way finds, at revision v1 with canary v2, whose pods are not ready.</summary>
    public static IstioRig Ready(bool bySubset = false)
    {
        var rig = new IstioRig(bySubset);
        rig.Add();
        rig.Pins("v1", "v1");
        rig.Set("v1", ready: 2);
        rig.Set("v2", ready: 0);
        rig.Endpoints("shop-stable", "v1", ready: 2);
        if (bySubset)
        {
            rig.Rule("shop", "shop", "[]");
        }

        return rig;
    }

    public static JsonObject Body(string spec, string kind = "VirtualService", string name = "web") => JsonNode.Parse($$"""
        {
          "apiVersion": "networking.istio.io/v1", "kind": "{{kind}}",
          "metadata": {"name": "{{name}}", "namespace": "shop", "resourceVersion": "7", "generation": 1, "annotations": {"team": "shop"}, "managedFields": [
            {"manager": "kubectl", "operation": "Apply", "apiVersion": "networking.istio.io/v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
             "fieldsV1": {"f:spec": {"f:hosts": {}, "f:http": {}, "f:subsets": {} } } } ] },
          "spec": {{spec}}
        }
        """)!.AsObject();

    public static RouteObject Project(JsonObject route) => RouteKinds.VirtualService.Project(JsonSerializer.SerializeToElement<JsonNode>(route), VirtualService);

    public static DestinationRuleObject ProjectRule(JsonObject rule) => DestinationRuleObject.Project(JsonSerializer.SerializeToElement<JsonNode>(rule), DestinationRule);

    public void Add(string spec = """{"hosts": ["shop"], "http": [{"name": "primary", "route": [{"destination": {"host": "shop"}}]}]}""") => Kube.Put(VirtualService, Body(spec));

    public void Rule(string name, string host, string subsets, string policy = "{}") =>
        Kube.Put(DestinationRule, Body($$"""{"host": "{{host}}", "trafficPolicy": {{policy}}, "subsets": {{subsets}} }""", "DestinationRule", name));

    public void Authentication(string ns, string mode, string labels = "", string name = "default") => Kube.Put(
        PeerAuthentication, JsonNode.Parse($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "{{{ns}}}"}, "spec": {"selector": {"matchLabels": { {{{labels}}} } }, "mtls": {"mode": "{{{mode}}}"} } }""")!.AsObject());

    /// <summary>The Services of the two versions.</summary>
    public void Pins(string stable, string canary)
    {
        Service("shop-stable", stable);
        Service("shop-canary", canary);
    }

    public void Service(string name, string hash) => Kube.Put(ObjectKind.Service, JsonNode.Parse($$"""
        {"metadata": {"name": "{{name}}", "namespace": "shop"}, "spec": {"selector": {"app": "shop", "pod-template-hash": "{{hash}}"} } }
        """)!.AsObject());

    public void Set(string hash, int ready, string labels = "{}") => Kube.Put(ObjectKind.ReplicaSet, JsonNode.Parse($$"""
        {
          "metadata": {"name": "shop-{{hash}}", "namespace": "shop", "labels": {"pod-template-hash": "{{hash}}", "canarycontroller.io/rollout": "shop"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop", "uid": "d1", "controller": true}]},
          "spec": {"template": {"metadata": {"labels": {{labels}} } } }, "status": {"readyReplicas": {{ready}} }
        }
        """)!.AsObject());

    public void Endpoints(string service, string hash, int ready)
    {
        var endpoints = new JsonArray([.. Enumerable.Range(0, 2).Select(index => JsonNode.Parse(
            $$"""{"conditions": {"ready": {{(index < ready ? "true" : "false")}} }, "targetRef": {"kind": "Pod", "name": "shop-{{hash}}-abcd{{index}}"} }"""))]);
        Kube.Put(ObjectKind.EndpointSlice, new()
        {
            ["metadata"] = new JsonObject { ["name"] = $"{service}-1", ["namespace"] = "shop", ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service } },
            ["endpoints"] = endpoints,
        });
    }

    public Task<RouteReading> ReadAsync(string stable = "v1", string? canary = "v2") => Router.ReadAsync(Target, stable, canary, CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, string stable = "v1", string? canary = "v2") =>
        await Router.ApplyAsync(Target, RouteRig.Split(percent, stable, canary), await ReadAsync(stable, canary), CancellationToken.None);

    /// <summary>The destinations of an http route, as <c>shop/stable 95, shop/canary 5</c>.</summary>
    public string Destinations(int route = 0) => string.Join(", ", Kube.Find(VirtualService, "web")["spec"]!["http"]![route]!["route"]!.AsArray()
        .Select(each => $"{each!["destination"]!["host"]}{(each["destination"]!["subset"] is { } subset ? $"/{subset}" : "")} {each["weight"]?.ToString() ?? "-"}"));

    /// <summary>The subsets of the rule, as <c>stable=v1, canary=v2</c>.</summary>
    public string Subsets() => string.Join(", ", (Kube.Find(DestinationRule, "shop")["spec"]!["subsets"]?.AsArray() ?? [])
        .Select(each => $"{each!["name"]}={each["labels"]?["pod-template-hash"]?.ToString() ?? each["labels"]?.ToJsonString() ?? "-"}"));
}
