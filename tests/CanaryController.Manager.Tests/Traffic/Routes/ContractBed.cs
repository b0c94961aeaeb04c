using System.Text.Json.Nodes;
using CanaryController.ApiServerStub;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>The router with its real client and informers, before an API server that knows the kinds.</summary>
internal sealed class ContractBed : IFence, IAsyncDisposable
{
    private readonly StubServer _stub;
    private readonly string _kubeconfig = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
    private readonly ServiceProvider _services;

    private ContractBed(StubServer stub, RouterType router)
    {
        _stub = stub;
        File.WriteAllText(_kubeconfig, stub.Kubeconfig);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        services.AddKubernetesClient(new() { Kubeconfig = _kubeconfig, Namespaces = ["default"] });
        services.AddInformer<ServiceObject>(ObjectKind.Service, ServiceObject.Project).AddInformer<EndpointSliceObject>(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        services.AddInformer<ReplicaSetObject>(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        services.AddRouteInformers(RouteKinds.Of(router)).AddGatewayApi().AddLinkerd().AddClusterRouters().AddSingleton<IFence>(this);
        _services = services.BuildServiceProvider();
    }

    /// <inheritdoc/>
    public string Token => "test-1";

    public IKubeApi Api => _services.GetRequiredService<IKubeApi>();

    /// <summary>What was patched, like <c>split.smi-spec.io/trafficsplits</c>.</summary>
    public IReadOnlyList<string> Patched => [.. _stub.Requests.All.Where(request => request.Verb == "patch").Select(request => request.Resource)];

    /// <summary>Starts a server with <paramref name="definitions"/> and <paramref name="objects"/>, and waits until everything is known.</summary>
    public static async Task<ContractBed> StartAsync(RouterType router, string[] definitions, params (ObjectKind Kind, JsonObject Body)[] objects)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var bed = new ContractBed(await StubServer.StartAsync(new() { Crds = definitions }, cancellation), router);
        foreach (var name in (string[])["shop", "shop-stable", "shop-canary"])
        {
            var hash = name == "shop-canary" ? "v2" : "v1";
            await bed.CreateAsync(ObjectKind.Service, JsonNode.Parse($$$"""
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{{name}}}"}, "spec": {"selector": {"app": "shop", "pod-template-hash": "{{{hash}}}"}, "ports": [{"port": 80}]}}
                """)!.AsObject());
        }

        foreach (var (kind, body) in objects)
        {
            await bed.CreateAsync(kind, body);
        }

        var informers = bed._services.GetRequiredService<Informers>();
        await informers.StartAsync(cancellation);
        await informers.WhenSyncedAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellation);
        return bed;
    }

    public Task<RouteReading> ApplyAsync(RouterType router, RouteKind kind, decimal percent) => ApplyAsync(router, kind, new TrafficSplit("v1", "v2", CanaryWeight.TryFromPercent(percent)!.Value, []));

    public async Task<RouteReading> ApplyAsync(RouterType router, RouteKind kind, TrafficSplit split)
    {
        var routing = _services.GetRequiredService<ITrafficRouter>();
        var target = Target(router, kind);
        var basis = await routing.ReadAsync(target, "v1", "v2", default);
        return await routing.ApplyAsync(target, split, basis, default);
    }

    public Task<string?> LeaveAsync(RouterType router, RouteKind kind) => _services.GetRequiredService<ITrafficRouter>().RestoreAsync(Target(router, kind), "v1", default);

    public async Task<JsonObject> GetAsync(ObjectKind kind)
    {
        var answer = await Api.GetAsync(kind, new("default", "web"), default);
        Assert.True(answer.IsDone, answer.Problem);
        return answer.Body!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<Informers>().StopAsync(default);
        await _services.DisposeAsync();
        await _stub.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    private static RouteTarget Target(RouterType router, RouteKind kind) => new("", "shop")
    {
        Router = router,
        Cluster = new(new("default", "shop"), router, [new(kind, "web")], "shop", 80, WorkloadType.Deployment),
    };

    private async Task CreateAsync(ObjectKind kind, JsonObject body)
    {
        var answer = await Api.CreateAsync(kind, "default", body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsDone, answer.Problem);
    }
}
