using System.Text.Json.Nodes;
using CanaryController.ApiServerStub;
using CanaryController.ApiServerStub.Storage;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>
/// The registered router and its informers, over HTTP on a server that refuses what consul-k8s' webhook refuses, beside a consul-k8s that writes what it is given into a Consul: a splitter that names a subset which
/// Consul does not have is not taken, and neither is a resolver without a subset that a splitter names.
/// </summary>
internal sealed class ConsulServer : IAsyncDisposable, IFence
{
    public const string Splitters = "consul.hashicorp.com/servicesplitters";
    public const string Resolvers = "consul.hashicorp.com/serviceresolvers";

    private readonly StubServer _stub;
    private readonly ServiceProvider _services;
    private readonly string _kubeconfig;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _answered = [];
    private JsonObject _splitter = [];
    private JsonObject _resolver = [];

    private ConsulServer(StubServer stub, string kubeconfig)
    {
        (_stub, _kubeconfig) = (stub, kubeconfig);
        var options = new KubernetesOptions { Kubeconfig = kubeconfig, Routers = [RouterType.Consul] };
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IFence>(this);
        services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        services.AddKubernetesClient(options);
        services.AddInformer<ServiceObject>(ObjectKind.Service, ServiceObject.Project);
        services.AddInformer<EndpointSliceObject>(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        services.AddInformer<ReplicaSetObject>(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        services.AddInformer<DeploymentObject>(ObjectKind.Deployment, DeploymentObject.Project);
        services.AddConsulKubernetes().AddRouteInformers(RouteKinds.Of(RouterType.Consul)).AddClusterRouters();
        _services = services.BuildServiceProvider();
        _stub.Store.Changed += change => _ = Task.Run(() => TryAnswer(change));
    }

    /// <inheritdoc/>
    public string Token => "a-1";

    public IObjectStore Store => _stub.Store;

    /// <summary>Subsets that a splitter named before Consul had them, and what was refused else.</summary>
    public List<string> Refusals { get; } = [];

    private ITrafficRouter Router => _services.GetRequiredService<ITrafficRouter>();

    private static RouteTarget Target { get; } = new("", "shop")
    {
        Cluster = new(new("default", "shop"), RouterType.Consul, [new(RouteKinds.ServiceSplitter, "shop")], "shop", null, WorkloadType.Deployment) { Subsets = RoleSubsets.Of("shop"), Deployment = "shop" },
    };

    public static async Task<ConsulServer> StartAsync(string splitter, string resolver, CancellationToken cancellation)
    {
        var stub = await StubServer.StartAsync(new() { Crds = [Definition("ServiceSplitter", "servicesplitters", SplitterSpec), Definition("ServiceResolver", "serviceresolvers", ResolverSpec), Definition("ServiceRouter", "servicerouters", RouterSpec)] }, cancellation);
        var kubeconfig = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(kubeconfig, stub.Kubeconfig, cancellation);
        var server = new ConsulServer(stub, kubeconfig);
        foreach (var (name, hash) in ((string, string)[])[("shop-stable", "v1"), ("shop-canary", "v2")])
        {
            stub.Store.Create("core/services", JsonNode.Parse($$"""
                {
                  "apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{name}}", "namespace": "default"},
                  "spec": {"selector": {"app": "shop", "pod-template-hash": "{{hash}}"}, "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}
                }
                """)!.AsObject());
            stub.Store.Create("apps/replicasets", JsonNode.Parse($$$"""
                {
                  "apiVersion": "apps/v1", "kind": "ReplicaSet",
                  "metadata": {"name": "shop-{{{hash}}}", "namespace": "default", "labels": {"pod-template-hash": "{{{hash}}}", "canarycontroller.io/rollout": "shop"}},
                  "spec": {
                    "replicas": 1, "selector": {"matchLabels": {"app": "shop", "pod-template-hash": "{{{hash}}}"}},
                    "template": {"metadata": {"labels": {"app": "shop", "pod-template-hash": "{{{hash}}}"}}, "spec": {"containers": [{"name": "shop", "image": "shop"}]}}
                  }
                }
                """)!.AsObject());
            stub.Store.Create("discovery.k8s.io/endpointslices", JsonNode.Parse($$$"""
                {
                  "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "ports": [],
                  "metadata": {"name": "{{{name}}}-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "{{{name}}}"}},
                  "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "namespace": "default", "name": "shop-{{{hash}}}-abcde"}}]
                }
                """)!.AsObject());
        }

        stub.Store.Create(Resolvers, Object("ServiceResolver", "shop", resolver));
        stub.Store.Create(Splitters, Object("ServiceSplitter", "shop", splitter));
        var informers = server._services.GetRequiredService<Informers>();
        await informers.StartAsync(cancellation);
        await informers.WhenSyncedAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellation);
        return server;
    }

    public static JsonObject Object(string kind, string name, string spec) => JsonNode.Parse($$"""
        {"apiVersion": "consul.hashicorp.com/v1alpha1", "kind": "{{kind}}", "metadata": {"name": "{{name}}", "namespace": "default"}, "spec": {{spec}} }
        """)!.AsObject();

    /// <summary>Asks again, as the planner does, until Consul has it.</summary>
    public async Task SettleAsync(decimal percent)
    {
        var reading = default(RouteReading);
        for (var tried = 0; tried < 400; tried++)
        {
            var basis = await Router.ReadAsync(Target, "v1", "v2", default);
            reading = await Router.ApplyAsync(Target, RouteRig.Split(percent), basis, default);
            if (reading.Route is { Accepted: true, Applied: { } applied } && applied.Weight.Percent == percent)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Not taken up: {reading?.Route.Problem} {string.Join(", ", Refusals)}");
    }

    /// <summary>Leaves, once more when somebody wrote in between.</summary>
    public async Task LeaveAsync()
    {
        var left = await Router.RestoreAsync(Target, "v1", default);
        for (var tried = 0; left is not null && tried < 600; tried++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            left = await Router.RestoreAsync(Target, "v1", default);
        }

        Assert.Null(left);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<Informers>().StopAsync(default);
        await _services.DisposeAsync();
        await _stub.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    private void TryAnswer(ObjectChange change)
    {
        try
        {
            Answer(change);
        }
        catch (Exception failed) when (failed is ApiException or InvalidOperationException)
        {
            Refusals.Add(failed.Message);
        }
    }

    private void Answer(ObjectChange change)
    {
        if (change.Resource is not (Splitters or Resolvers) || change.Type == "DELETED")
        {
            return;
        }

        lock (_gate)
        {
            var (isSplitter, name) = (change.Resource == Splitters, (string)change.Object["metadata"]!["name"]!);
            var now = Store.Find(change.Resource, "default", name);
            if (now is null || name != "shop" || _answered.GetValueOrDefault(change.Resource) == (long)now["metadata"]!["generation"]!)
            {
                return;
            }

            _answered[change.Resource] = (long)now["metadata"]!["generation"]!;
            var spec = (JsonObject)now["spec"]!.DeepClone();
            var missing = (isSplitter ? Missing(spec, _resolver) : Missing(_splitter, spec)).ToList();
            Refusals.AddRange(missing);
            (_splitter, _resolver) = missing.Count > 0 ? (_splitter, _resolver) : isSplitter ? (spec, _resolver) : (_splitter, spec);
            now["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Synced",
                    ["status"] = missing.Count == 0 ? "True" : "False",
                    ["message"] = missing.Count == 0 ? "" : $"subset {missing[0]} is not defined",
                }),
                ["lastSyncedTime"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            };
            Write(change.Resource, now);
        }
    }

    /// <summary>The status belongs to whoever answers: what others wrote meanwhile stays.</summary>
    private void Write(string resource, JsonObject item)
    {
        for (var tried = 0; tried < 10; tried++)
        {
            try
            {
                Store.Update(resource, item, "status");
                return;
            }
            catch (ApiException stale) when (stale.Code == 409)
            {
                item["metadata"] = Store.Find(resource, "default", "shop")!["metadata"]!.DeepClone();
            }
        }

        Refusals.Add("the status could not be written");
    }

    private static IEnumerable<string> Missing(JsonObject splitter, JsonObject resolver) =>
        from split in splitter["splits"] as JsonArray ?? []
        let subset = (string?)split!["serviceSubset"]
        where subset is not null && (string?)split["service"] is null or "shop" && (resolver["subsets"] as JsonObject)?.ContainsKey(subset) is not true
        select subset;

    private const string SplitterSpec =
        "{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {splits: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true, "
        + "properties: {weight: {type: number}, service: {type: string}, serviceSubset: {type: string}}}}}}";

    private const string RouterSpec = "{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {routes: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}";

    private const string ResolverSpec =
        "{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {subsets: {type: object, additionalProperties: {type: object, properties: {filter: {type: string}, onlyPassing: {type: boolean}}}}}}";

    /// <summary>As consul-k8s defines them: lists that are atomic, a map of subsets, a status of its own.</summary>
    private static string Definition(string kind, string plural, string spec) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{plural}}.consul.hashicorp.com}
        spec:
          group: consul.hashicorp.com
          scope: Namespaced
          names: {kind: {{kind}}, listKind: {{kind}}List, plural: {{plural}}, singular: {{kind.ToLowerInvariant()}}}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            subresources: {status: {} }
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {{spec}}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;
}
