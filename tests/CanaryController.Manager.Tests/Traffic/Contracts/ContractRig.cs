using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace CanaryController.Manager.Tests.Traffic.Contracts;

/// <summary>A router over an API server that refuses what the real one refuses, and keeps who owns which field. There are no informers: what the server answers is what is known.</summary>
internal sealed class ContractRig : IAsyncDisposable, IFence
{
    private readonly StubServer _stub;
    private readonly ServiceProvider _services;
    private readonly string _kubeconfig;
    private readonly CacheMemory<RouteObject> _routes = new();
    private readonly CacheMemory<IngressObject> _ingresses = new();
    private readonly ITrafficRouter _router;
    private readonly RouteTarget _target;
    private readonly RouteKind? _kind;

    private ContractRig(StubServer stub, string kubeconfig, RouterType type, RouteKind? kind, string[] names)
    {
        (_stub, _kubeconfig, _kind) = (stub, kubeconfig, kind);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        services.AddKubernetesClient(new KubernetesOptions { Kubeconfig = kubeconfig, Namespaces = ["default"] });
        _services = services.BuildServiceProvider();
        var (apex, slices) = (new CacheMemory<ServiceObject>(), new CacheMemory<EndpointSliceObject>());
        foreach (var (name, hash) in new[] { ("shop", "v1"), ("shop-stable", "v1"), ("shop-canary", "v2") })
        {
            apex.Put(Service(name, hash));
        }

        if (kind is null)
        {
            _router = new IngressNginxRouter(new(Api, _ingresses), apex, new(TimeProvider.System), this);
        }
        else
        {
            var (objects, contention) = (new RouteObjects(Api, new([new(kind, _routes)])), new RouteContention(TimeProvider.System));
            var divider = new RouteDivider(objects, apex, slices, contention, this, NullLogger<RouteDivider>.Instance);
            _router = new RouteObjectRouter(objects, divider, new(objects), contention, apex, slices, this);
        }

        _target = new("", "shop")
        {
            Cluster = new(new("default", "shop"), type, kind is null ? [] : [.. names.Select(name => new NamedRoute(kind, name))], "shop", null, WorkloadType.Deployment) { Ingresses = kind is null ? ["web"] : [] },
        };
    }

    public string Token => "a-1";

    public IKubeApi Api => _services.GetRequiredService<IKubeApi>();

    private ObjectKind Resource => _kind?.Versions[0] ?? ObjectKind.Ingress;

    private static ObjectName Web => new("default", "web");

    public static async Task<ContractRig> StartAsync(RouterType type, RouteKind? kind, string? crds, params string[] names)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var stub = await StubServer.StartAsync(new StubOptions { Crds = crds is null ? [] : [crds] }, cancellation);
        var path = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, stub.Kubeconfig, cancellation);
        return new(stub, path, type, kind, names is [] ? ["web"] : names);
    }

    /// <summary>Creates the user's object, as the server then has it.</summary>
    public async Task<JsonObject> CreateAsync(string spec, string annotations = "{}", string name = "web")
    {
        // As somebody else: the fields of the object are theirs.
        using var client = new HttpClient();
        using var content = new StringContent(Body(spec, annotations, name).ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(_stub.BaseUrl, $"{Resource.Path("default")}?fieldManager=kubectl"), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var created = JsonNode.Parse(text)!.AsObject();
        See(created);
        return created;
    }

    /// <summary>What the server says to an object that breaks its rules.</summary>
    public async Task<KubeAnswer> TryAsync(string spec) => await Api.CreateAsync(Resource, "default", Body(spec, "{}"), default);

    /// <summary>What the system that carries it out says.</summary>
    public async Task SayAsync(string status)
    {
        var now = await FindAsync();
        var patch = JsonPatch.At((string)now["metadata"]!["resourceVersion"]!).Add("/status", JsonNode.Parse(status));
        var answer = await Api.PatchAsync(Resource, Web, patch, default, "status");
        Assert.True(answer.IsDone, answer.Problem);
        See(answer.Body!);
    }

    public async Task<JsonObject> FindAsync(string name = "web") => (await Api.GetAsync(Resource, new("default", name), default)).Body!;

    public Task<RouteReading> ApplyAsync(decimal percent) => ApplyAsync(new TrafficSplit("v1", "v2", CanaryWeight.TryFromPercent(percent)!.Value, []));

    public async Task<RouteReading> ApplyAsync(TrafficSplit split)
    {
        return await _router.ApplyAsync(_target, split, await _router.ReadAsync(_target, "v1", "v2", default), default);
    }

    public Task<string?> RestoreAsync() => _router.RestoreAsync(_target, "v1", default);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _stub.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    private JsonObject Body(string spec, string annotations, string name = "web") => new()
    {
        ["apiVersion"] = Resource.ApiVersion,
        ["kind"] = Resource.Kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["annotations"] = JsonNode.Parse(annotations) },
        ["spec"] = JsonNode.Parse(spec),
    };

    private void See(JsonObject body)
    {
        var item = JsonSerializer.SerializeToElement<JsonNode>(body);
        if (_kind is null)
        {
            _ingresses.Put(IngressObject.Project(item)!);
        }
        else
        {
            _routes.Put(_kind.Project(item, Resource));
        }
    }

    private static ServiceObject Service(string name, string hash) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["spec"] = new JsonObject { ["selector"] = new JsonObject { ["app"] = "shop", ["pod-template-hash"] = hash }, ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) },
    }.Project(ServiceObject.Project)!;
}
