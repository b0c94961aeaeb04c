using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.GatewayApi;

/// <summary>The router over objects in memory.</summary>
internal sealed class RouteRig
{
    public RouteRig(WorkloadType workload = WorkloadType.Deployment, params string[] routes)
    {
        var services = Kube.Cache(ObjectKind.Service, ServiceObject.Project);
        var objects = new RouteObjects(Kube, new([new(RouteKinds.HttpRoute, Kube.Cache(ObjectKind.HttpRoute, item => RouteKinds.HttpRoute.Project(item, ObjectKind.HttpRoute)))]));
        var contention = new RouteContention(Time);
        var slices = Kube.Cache(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        var divider = new RouteDivider(objects, services, slices, contention, Kube, NullLogger<RouteDivider>.Instance);
        Router = new(objects, divider, new(objects), contention, services, slices, Kube);
        string[] names = routes.Length == 0 ? ["web"] : routes;
        Target = new("", "shop") { Cluster = new(new("shop", "shop"), RouterType.GatewayAPI, [.. names.Select(each => new NamedRoute(RouteKinds.HttpRoute, each))], "shop", null, workload) };
    }

    public KubeMemory Kube { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public RouteObjectRouter Router { get; }

    public RouteTarget Target { get; }

    /// <summary>An HTTPRoute that its parent accepts.</summary>
    public static JsonObject Route(string name, string rules) => JsonNode.Parse($$$"""
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
          "metadata": {"name": "{{{name}}}", "namespace": "shop", "annotations": {"team": "shop"}, "managedFields": [
            {"manager": "kubectl", "operation": "Apply", "apiVersion": "gateway.networking.k8s.io/v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
             "fieldsV1": {"f:spec": {"f:parentRefs": {}, "f:rules": {} } } } ] },
          "spec": {"parentRefs": [{"name": "edge"}], "rules": {{{rules}}} },
          "status": {"parents": [{"parentRef": {"name": "edge"}, "controllerName": "example.com/gateway", "conditions": [
            {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}, {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": ""}]}]}
        }
        """)!.AsObject();

    public static RouteObject Project(JsonObject route) => RouteKinds.HttpRoute.Project(JsonSerializer.SerializeToElement<JsonNode>(route), ObjectKind.HttpRoute);

    public void Add(string name = "web", string rules = """[{"backendRefs": [{"name": "shop", "port": 80}]}]""") => Kube.Put(ObjectKind.HttpRoute, Route(name, rules));

    /// <summary>A Service that pins a version.</summary>
    public void Service(string name, string? hash = null)
    {
        var selector = new JsonObject { ["app"] = "shop" };
        if (hash is not null)
        {
            selector["pod-template-hash"] = hash;
        }

        Kube.Put(ObjectKind.Service, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
            ["spec"] = new JsonObject { ["selector"] = selector },
        });
    }

    public void Pair(string stable = "v1", string canary = "v2")
    {
        Service("shop-stable", stable);
        Service("shop-canary", canary);
    }

    public Task<RouteReading> ReadAsync(string stable = "v1", string? canary = "v2") => Router.ReadAsync(Target, stable, canary, CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, string stable = "v1", string? canary = "v2") =>
        await ApplyAsync(percent, await ReadAsync(stable, canary), stable, canary);

    public Task<RouteReading> ApplyAsync(decimal percent, RouteReading basis, string stable = "v1", string? canary = "v2") =>
        Router.ApplyAsync(Target, Split(percent, stable, canary), basis, CancellationToken.None);

    public static TrafficSplit Split(decimal percent, string stable = "v1", string? canary = "v2") => new(stable, canary, CanaryWeight.TryFromPercent(percent)!.Value, []);

    /// <summary>The names and weights of a rule, as <c>shop-stable 95, shop-canary 5</c>.</summary>
    public string Backends(string route = "web", int rule = 0) => string.Join(", ", Kube.Find(ObjectKind.HttpRoute, route)["spec"]!["rules"]![rule]!["backendRefs"]!.AsArray()
        .Select(each => $"{each!["name"]} {each["weight"]?.ToString() ?? "-"}"));
}
