using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.IngressNginx;

/// <summary>The router over Ingresses in memory.</summary>
internal sealed class IngressRig
{
    public IngressRig(params string[] ingresses)
    {
        Ingresses = Kube.Cache(ObjectKind.Ingress, IngressObject.Project);
        var services = Kube.Cache(ObjectKind.Service, ServiceObject.Project);
        Router = new(new(Kube, Ingresses), services, new(Time), Kube);
        Target = new("", "shop")
        {
            Cluster = new(new("shop", "checkout"), RouterType.IngressNginx, [], "shop", null, WorkloadType.Deployment) { Ingresses = [.. ingresses.Length == 0 ? ["web"] : ingresses] },
        };
    }

    public KubeMemory Kube { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public CacheMemory<IngressObject> Ingresses { get; }

    public IngressNginxRouter Router { get; }

    public RouteTarget Target { get; }

    /// <summary>With the user's Ingress, and a Deployment whose Services pin these versions.</summary>
    public static IngressRig Ready(string stable = "v1", string canary = "v2")
    {
        var rig = new IngressRig();
        rig.Add();
        rig.Pin(stable, canary);
        return rig;
    }

    /// <summary>An Ingress of somebody else that carries our label.</summary>
    public static JsonObject Copied(string name)
    {
        var copy = Ingress(name);
        copy["metadata"]!["labels"] = new JsonObject { ["canarycontroller.io/rollout"] = "checkout" };
        return copy;
    }

    /// <summary>The user's Ingress.</summary>
    public static JsonObject Ingress(string name, string more = "") => JsonNode.Parse($$"""
        {
          "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
          "metadata": {"name": "{{name}}", "namespace": "shop", "annotations": {
            "nginx.ingress.kubernetes.io/rewrite-target": "/$1", "cert-manager.io/cluster-issuer": "le", "team": "shop"{{more}} } },
          "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": ["shop.example.org"], "secretName": "shop-tls"}, {"hosts": ["blog.example.org"], "secretName": "blog-tls"}],
            "rules": [
              {"host": "shop.example.org", "http": {"paths": [
                {"path": "/(.*)", "pathType": "ImplementationSpecific", "backend": {"service": {"name": "shop", "port": {"number": 80} } } },
                {"path": "/static", "pathType": "Prefix", "backend": {"service": {"name": "static", "port": {"number": 80} } } } ] } },
              {"host": "blog.example.org", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "blog", "port": {"name": "http"} } } } ] } } ]
          }
        }
        """)!.AsObject();

    public void Add(string name = "web", string more = "") => Kube.Put(ObjectKind.Ingress, Ingress(name, more));

    /// <summary>The Services: the apex and stable's pin <paramref name="stable"/>; null leaves the apex open.</summary>
    public void Pin(string? stable, string canary)
    {
        foreach (var (name, hash) in new[] { ("shop", stable), ("shop-stable", stable), ("shop-canary", canary) })
        {
            var selector = new JsonObject { ["app"] = "shop" };
            if (hash is not null)
            {
                selector["pod-template-hash"] = hash;
            }

            Kube.Put(ObjectKind.Service, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
                ["spec"] = new JsonObject { ["selector"] = selector, ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80 }) },
            });
        }
    }

    public JsonObject Ours(string name = "web-canary") => Kube.Find(ObjectKind.Ingress, name);

    /// <summary>What it says: <c>5</c>, or <c>25/10000</c>.</summary>
    public string Weight(string name = "web-canary") =>
        Ours(name)["metadata"]!["annotations"]![NginxAnnotations.Weight] + (Ours(name)["metadata"]!["annotations"]![NginxAnnotations.Total] is { } total ? $"/{total}" : "");

    public Task<RouteReading> ReadAsync(string stable = "v1", string? canary = "v2") => Router.ReadAsync(Target, stable, canary, CancellationToken.None);

    public async Task<RouteReading> ApplyAsync(decimal percent, string stable = "v1", string? canary = "v2") => await ApplyAsync(percent, await ReadAsync(stable, canary), stable, canary);

    public Task<RouteReading> ApplyAsync(decimal percent, RouteReading basis, string stable = "v1", string? canary = "v2") =>
        Router.ApplyAsync(Target, Split(percent, stable, canary), basis, CancellationToken.None);

    public static TrafficSplit Split(decimal percent, string stable = "v1", string? canary = "v2") => new(stable, canary, CanaryWeight.TryFromPercent(percent)!.Value, []);
}
