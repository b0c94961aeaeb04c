using System.Text.Json.Nodes;
using CanaryController.ApiServerStub;
using CanaryController.ApiServerStub.Storage;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>The registered router and its informers, over HTTP on a server that refuses what Istio's webhook refuses and knows one version of its API.</summary>
internal sealed class IstioServer : IAsyncDisposable, IFence
{
    public const string VirtualServices = "networking.istio.io/virtualservices";
    public const string DestinationRules = "networking.istio.io/destinationrules";

    private readonly StubServer _stub;
    private readonly ServiceProvider _services;
    private readonly string _kubeconfig;

    private IstioServer(StubServer stub, string kubeconfig)
    {
        (_stub, _kubeconfig) = (stub, kubeconfig);
        var options = new KubernetesOptions { Kubeconfig = kubeconfig, Routers = [RouterType.Istio] };
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IFence>(this);
        services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        services.AddKubernetesClient(options);
        services.AddInformer<ServiceObject>(ObjectKind.Service, ServiceObject.Project);
        services.AddInformer<EndpointSliceObject>(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        services.AddInformer<ReplicaSetObject>(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        services.AddIstio().AddRouteInformers(RouteKinds.Of(RouterType.Istio)).AddClusterRouters();
        _services = services.BuildServiceProvider();
    }

    /// <inheritdoc/>
    public string Token => "a-1";

    public IObjectStore Store => _stub.Store;

    private ITrafficRouter Router => _services.GetRequiredService<ITrafficRouter>();

    /// <summary>A server that serves Istio's API in <paramref name="version"/> alone, with a Service that a VirtualService sends to, and the informers synced.</summary>
    public static async Task<IstioServer> StartAsync(string version, string virtualService, string destinationRule, CancellationToken cancellation)
    {
        var security = version == "v1alpha3" ? "v1beta1" : version;
        var stub = await StubServer.StartAsync(
            new()
            {
                Crds =
                [
                    Definition("networking.istio.io", version, "VirtualService", "virtualservices"), Definition("networking.istio.io", version, "DestinationRule", "destinationrules"),
                    Definition("security.istio.io", security, "PeerAuthentication", "peerauthentications"),
                ],
            },
            cancellation);
        foreach (var (name, hash) in ((string, string)[])[("shop-stable", "v1"), ("shop-canary", "v1")])
        {
            stub.Store.Create("core/services", Pinned(name, hash));
        }

        stub.Store.Create(VirtualServices, Object(version, "VirtualService", "web", virtualService));
        stub.Store.Create(DestinationRules, Object(version, "DestinationRule", "shop", destinationRule));
        var kubeconfig = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(kubeconfig, stub.Kubeconfig, cancellation);
        var server = new IstioServer(stub, kubeconfig);
        var informers = server._services.GetRequiredService<Informers>();
        await informers.StartAsync(cancellation);
        await informers.WhenSyncedAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellation);
        return server;
    }

    public static JsonObject Object(string version, string kind, string name, string spec) => JsonNode.Parse($$"""
        {"apiVersion": "networking.istio.io/{{version}}", "kind": "{{kind}}", "metadata": {"name": "{{name}}", "namespace": "default"}, "spec": {{spec}} }
        """)!.AsObject();

    public Task<RouteReading> ApplyAsync(RouteTarget target, decimal percent) => ApplyAsync(target, RouteRig.Split(percent));

    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split)
    {
        var basis = await Router.ReadAsync(target, "v1", "v2", default);
        return await Router.ApplyAsync(target, split, basis, default);
    }

    public Task<string?> RestoreAsync(RouteTarget target) => Router.RestoreAsync(target, "v1", default);

    public static RouteTarget Target(VersionSubsets? subsets) => new("", "shop")
    {
        Cluster = new(new("default", "shop"), RouterType.Istio, [new(RouteKinds.VirtualService, "web")], "shop", null, WorkloadType.Deployment) { Subsets = subsets },
    };

    /// <summary>The canary's Service leads to its pods, one of which is ready; returns when the informers have seen it.</summary>
    public async Task CanaryIsReadyAsync()
    {
        var service = _stub.Store.Find("core/services", "default", "shop-canary")!;
        service["spec"]!["selector"]!["pod-template-hash"] = "v2";
        _stub.Store.Update("core/services", service);
        _stub.Store.Create("apps/replicasets", JsonNode.Parse("""
            {
              "apiVersion": "apps/v1", "kind": "ReplicaSet",
              "metadata": {"name": "shop-cc-v2", "namespace": "default", "labels": {"pod-template-hash": "v2", "canarycontroller.io/rollout": "shop"}},
              "spec": {
                "replicas": 1, "selector": {"matchLabels": {"app": "shop", "pod-template-hash": "v2"}},
                "template": {"metadata": {"labels": {"app": "shop", "pod-template-hash": "v2"}}, "spec": {"containers": [{"name": "shop", "image": "shop"}]}}
              }
            }
            """)!.AsObject());
        _stub.Store.Create("discovery.k8s.io/endpointslices", JsonNode.Parse("""
            {
              "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "ports": [],
              "metadata": {"name": "shop-canary-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "shop-canary"}},
              "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "namespace": "default", "name": "shop-cc-v2-abcde"}}]
            }
            """)!.AsObject());
        var (sets, slices, services) = (Cache<ReplicaSetObject>(), Cache<EndpointSliceObject>(), Cache<ServiceObject>());
        for (var tried = 0; tried < 600; tried++)
        {
            if (sets.All.Count > 0 && slices.All.Count > 0 && services.Find(new("default", "shop-canary"))?.Selector["pod-template-hash"] == "v2")
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail("The informers saw nothing.");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<Informers>().StopAsync(default);
        await _services.DisposeAsync();
        await _stub.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    private IObjectCache<T> Cache<T>()
        where T : class, ICached => _services.GetRequiredService<IObjectCache<T>>();

    private static JsonObject Pinned(string name, string hash) => JsonNode.Parse($$"""
        {
          "apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{name}}", "namespace": "default"},
          "spec": {"selector": {"app": "shop", "pod-template-hash": "{{hash}}"}, "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}
        }
        """)!.AsObject();

    /// <summary>The least that serves as one of Istio's kinds: lists of the spec are atomic there.</summary>
    private static string Definition(string group, string version, string kind, string plural) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{plural}}.{{group}}}
        spec:
          group: {{group}}
          scope: Namespaced
          names: {kind: {{kind}}, listKind: {{kind}}List, plural: {{plural}}, singular: {{kind.ToLowerInvariant()}}}
          versions:
          - name: {{version}}
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;
}
