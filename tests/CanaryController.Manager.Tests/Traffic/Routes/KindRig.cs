using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>The router over objects in memory, of any kinds, with the companions of both APIs.</summary>
internal sealed class KindRig
{
    private readonly CacheMemory<ServiceProfileObject> _profiles;
    private readonly CacheMemory<BackendTlsPolicyObject> _policies;

    public KindRig(RouterType router, params (RouteKind Kind, string Name)[] routes)
    {
        var services = Kube.Cache(ObjectKind.Service, ServiceObject.Project);
        var slices = Kube.Cache(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        var caches = new RouteCaches(RouteKinds.Of(router).Select(kind => new RouteCache(kind, Kube.Cache(kind.Versions[0], item => kind.Project(item, kind.Versions[0])))));
        var objects = new RouteObjects(Kube, caches);
        var contention = new RouteContention(new FakeTimeProvider());
        _profiles = Kube.Cache(ServiceProfileObject.Profiles, ServiceProfileObject.Project);
        _policies = Kube.Cache(BackendTlsPolicyObject.Versions[0], BackendTlsPolicyObject.Project);
        var divider = new RouteDivider(objects, services, slices, contention, Kube, NullLogger<RouteDivider>.Instance);
        Router = new(objects, divider, new(objects), contention, services, slices, Kube, [new LinkerdCompanion(_profiles, caches), new GatewayCompanion(_policies)]);
        Target = new("", "shop")
        {
            Router = router,
            Cluster = new(new("shop", "shop"), router, [.. routes.Select(each => new NamedRoute(each.Kind, each.Name))], "shop", 80, WorkloadType.Deployment),
        };
        foreach (var name in (string[])["shop-stable", "shop-canary"])
        {
            Kube.Put(ObjectKind.Service, Body($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "shop"}, "spec": {"selector": {"app": "shop", "pod-template-hash": "{{{(name == "shop-stable" ? "v1" : "v2")}}}"} } }"""));
        }
    }

    public KubeMemory Kube { get; } = new();

    public RouteObjectRouter Router { get; }

    public RouteTarget Target { get; }

    public static JsonObject Body(string json) => JsonNode.Parse(json)!.AsObject();

    public void Put(RouteKind kind, JsonObject body) => Kube.Put(kind.Versions[0], body);

    public JsonObject Find(RouteKind kind, string name = "web") => Kube.Find(kind.Versions[0], name);

    public void Change(RouteKind kind, Action<JsonObject> change, string name = "web") => Kube.Change(kind.Versions[0], name, change);

    public void Profile(string name, string ns = "shop") =>
        Kube.Put(ServiceProfileObject.Profiles, Body($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "{{{ns}}}"}, "spec": {"routes": []}}"""));

    public void RemoveProfile(string name, string ns = "shop") => _profiles.Remove(new(ns, name), "");

    public void Policy(string name, string targets) =>
        Kube.Put(BackendTlsPolicyObject.Versions[0], Body($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "shop"}, "spec": {"targetRefs": {{{targets}}}}}"""));

    public Task<RouteReading> ReadAsync() => Router.ReadAsync(Target, "v1", "v2", CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent) =>
        await Router.ApplyAsync(Target, new TrafficSplit("v1", "v2", CanaryWeight.TryFromPercent(percent)!.Value, []), await ReadAsync(), CancellationToken.None);

    public Task<string?> LeaveAsync() => Router.RestoreAsync(Target, "v1", CancellationToken.None);

    /// <summary>The entries of a list, as <c>shop-stable 95, shop-canary 5</c>.</summary>
    public string Entries(RouteKind kind, string name = "web")
    {
        var rule = kind.Project(JsonSerializer.SerializeToElement<JsonNode>(Find(kind, name)), kind.Versions[0]).Rules[0];
        return string.Join(", ", rule.Backends.Select(each => $"{each.Name} {each.Weight?.ToString() ?? "-"}"));
    }
}
