using System.Collections.Concurrent;
using System.Threading.Channels;
using CanaryController.ApiServerStub;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Faults;
using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>
/// The engine with <see cref="DeploymentWorkloads"/> on a server: the stub with its controllers, or the control plane that <c>CANARY_TEST_KUBECONFIG</c> names. The router is in memory, and
/// obeys at once.
/// </summary>
internal sealed class LiveCluster : IAsyncDisposable, IFence, IClusterEvents
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly StubServer? _stub;
    private readonly ClusterControllers? _controllers;
    private readonly ServiceProvider _services;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly string? _kubeconfig;

    private LiveCluster(StubServer? stub, ClusterControllers? controllers, string kubeconfig, bool isTemporary, HoldMode hold)
    {
        (_stub, _controllers, _kubeconfig) = (stub, controllers, isTemporary ? kubeconfig : null);
        var options = new KubernetesOptions { Kubeconfig = kubeconfig, Namespaces = ["default"] };
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new Lines(Log))).AddSingleton(TimeProvider.System);
        services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        services.AddKubernetesClient(options);
        services.AddInformer<DeploymentObject>(ObjectKind.Deployment, DeploymentObject.Project);
        services.AddInformer<ReplicaSetObject>(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        services.AddInformer<HolderObject>(ObjectKind.ControllerRevision, HolderObject.Project);
        services.AddInformer<ServiceObject>(ObjectKind.Service, ServiceObject.Project);
        services.AddInformer<EndpointSliceObject>(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        services.AddInformer<AutoscalerObject>(ObjectKind.HorizontalPodAutoscaler, AutoscalerObject.Project);
        services.AddSingleton<IObjectCache<RolloutObject>>(new NoRollouts());
        services.AddSingleton<IFence>(this).AddSingleton<IClusterEvents>(this);
        services.AddClusterWorkloads(hold);
        _services = services.BuildServiceProvider();
    }

    public string Name { get; } = $"shop-{Guid.NewGuid():N}"[..12];

    public string Token => "test-1";

    public ConcurrentQueue<string> Log { get; } = new();

    public RolloutState State { get; private set; } = new();

    public TrafficSplit? Applied { get; private set; }

    public Verdict Verdict { get; set; } = Verdict.Passed;

    public bool Deleted { get; set; }

    public string? Failure { get; private set; }

    /// <summary>What goes wrong; null on a real control plane.</summary>
    public FaultScript? Faults => _stub?.Faults;

    /// <summary>Carried out by the next pass.</summary>
    public RolloutCommand? Command { get; set; }

    public IKubeApi Api => _services.GetRequiredService<IKubeApi>();

    private IWorkloads Workloads => _services.GetRequiredService<IWorkloads>();

    private RolloutKey Key => new("default", Name);

    private RolloutResource Resource => new()
    {
        Key = Key,
        Spec = Spec,
        Rollout = new Rollout { Spec = new SpecSection { Workload = new WorkloadSection { Kind = WorkloadType.Deployment, Name = Name } } },
        Target = new RouteTarget("", Name) { Cluster = new ClusterRoute(Key, RouterType.GatewayAPI, [new(RouteKinds.HttpRoute, Name)], Name, 80, WorkloadType.Deployment) },
    };

    private static RolloutSpec Spec { get; } = new()
    {
        Workload = WorkloadKind.Managed,
        Steps = [new RolloutStep { Weight = CanaryWeight.FromBasisPoints(2500) }, new RolloutStep { Weight = CanaryWeight.FromBasisPoints(5000) }],
        Analysis = new AnalysisPolicy { Metrics = [new MetricSpec { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 }] },
        DrainDelay = TimeSpan.FromMilliseconds(200),
        ProgressDeadline = TimeSpan.FromSeconds(50),
    };

    public static async Task<LiveCluster> StartAsync(HoldMode hold = HoldMode.Always)
    {
        var cancellation = TestContext.Current.CancellationToken;
        if (Environment.GetEnvironmentVariable("CANARY_TEST_KUBECONFIG") is { Length: > 0 } real)
        {
            return await new LiveCluster(null, null, real, isTemporary: false, hold).FollowAsync(cancellation);
        }

        var stub = await StubServer.StartAsync(new StubOptions(), cancellation);
        var controllers = new ClusterControllers(stub.Store, TimeProvider.System);
        controllers.Start();
        var path = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, stub.Kubeconfig, cancellation);
        return await new LiveCluster(stub, controllers, path, isTemporary: true, hold).FollowAsync(cancellation);
    }

    public void Report(RolloutObject rollout, ClusterEvent happened) => Log.Enqueue($"{happened.Reason}: {happened.Message}");

    public async Task CreateAsync(int replicas, bool recreate = false, int historyLimit = 10)
    {
        await DoneAsync(Api.CreateAsync(ObjectKind.Deployment, "default", LiveManifests.Deployment(Name, replicas, recreate, historyLimit), default));
        await DoneAsync(Api.CreateAsync(ObjectKind.Service, "default", LiveManifests.Service(Name), default));
    }

    public Task SetImageAsync(string image) => ChangeAsync(patch => patch.Replace("/spec/template/spec/containers/0/image", image));

    public Task ScaleAsync(int replicas) => ChangeAsync(patch => patch.Replace("/spec/replicas", replicas));

    public async Task<DeploymentObject> DeploymentAsync()
    {
        var answer = await Api.GetAsync(ObjectKind.Deployment, new("default", Name), default);
        Assert.True(answer.IsDone, answer.Problem);
        return DeploymentObject.Project(System.Text.Json.JsonSerializer.SerializeToElement(answer.Body!))!;
    }

    public IReadOnlyList<ReplicaSetObject> Sets => [.. _services.GetRequiredService<IObjectCache<ReplicaSetObject>>().All.Where(set => set.Meta.Name.Name.StartsWith(Name, StringComparison.Ordinal))];

    public IReadOnlyList<ServiceObject> Services => [.. _services.GetRequiredService<IObjectCache<ServiceObject>>().All.Where(one => one.Meta.Name.Name.StartsWith(Name, StringComparison.Ordinal))];

    public IReadOnlyList<HolderObject> Holders => _services.GetRequiredService<IObjectCache<HolderObject>>().By(ObjectKeys.Rollout("default", Name));

    /// <summary>Lets the cluster go on by itself until <paramref name="isThere"/>: the controller is down.</summary>
    public async Task AloneUntilAsync(Func<bool> isThere)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isThere())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Longest, string.Join('\n', Sets.Select(set => $"{set.Meta.Name.Name} {set.Replicas}/{set.AvailableReplicas}")));
            await NextAsync();
        }
    }

    /// <summary>Creates, adopts, and waits until the Services and holders are there.</summary>
    public async Task<string> AdoptAsync(int replicas, bool recreate = false, int historyLimit = 10)
    {
        await CreateAsync(replicas, recreate, historyLimit);
        await UntilAsync(() => State.StableRevision is not null && Sets.Any(set => set.AvailableReplicas == replicas) && Services.Count == 3 && Holders.Count > 0);
        return State.StableRevision!;
    }

    /// <summary>Passes until <paramref name="isThere"/>.</summary>
    public async Task UntilAsync(Func<bool> isThere)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isThere())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Longest, $"{State.Phase} {State.Weight}: {State.Message} {Failure}\n" + string.Join('\n', Log.TakeLast(60)));
            if (!await PassAsync())
            {
                await NextAsync();
            }
        }
    }

    public async Task<string?> LeaveAsync()
    {
        for (var left = 0; left < 100; left++)
        {
            if (await Workloads.LeaveAsync(Resource, State, default) is not { } waits)
            {
                return null;
            }

            Failure = waits;
            await NextAsync();
        }

        return Failure;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<Informers>().StopAsync(default);
        foreach (var kind in new[] { ObjectKind.Deployment, ObjectKind.Service })
        {
            var answer = await Api.GetAsync(kind, new("default", Name), default);
            if (answer.IsDone)
            {
                await Api.DeleteAsync(kind, new("default", Name), (string)answer.Body!["metadata"]!["uid"]!, default);
            }
        }

        await _services.DisposeAsync();
        if (_controllers is not null)
        {
            await _controllers.DisposeAsync();
            await _stub!.DisposeAsync();
        }

        if (_kubeconfig is not null)
        {
            File.Delete(_kubeconfig);
        }
    }

    private async Task<bool> PassAsync()
    {
        var reading = Workloads.Read(Resource, State);
        var stable = State.StableRevision ?? reading.InitialStableRevision;
        Applied ??= stable is null ? null : TrafficSplit.AllTo(stable);
        var seen = new RolloutObservation
        {
            Now = TimeProvider.System.GetUtcNow(),
            DeclaredRevision = reading.DeclaredRevision,
            Route = new RouteObservation(Applied, Applied is not null, null),
            Workload = reading.Counts!,
            Analysis = State is { CanaryRevision: { } canary } && State.Phase.IsUnderWay()
                ? new AnalysisObservation(canary, State.Attempt, State.StepIndex, 1000, [new MetricJudgement { Name = "success-rate", Verdict = State.Weight > CanaryWeight.Zero ? Verdict : Verdict.Passed, Message = "bad." }])
                : null,
            Deleted = Deleted,
            Command = Command,
        };
        Command = null;
        var decision = RolloutPlanner.Decide(Spec with { InitialStableRevision = reading.InitialStableRevision }, State, seen);
        var changed = decision.Next != State;
        foreach (var transition in decision.Transitions)
        {
            Log.Enqueue($"== {transition.To} {transition.Weight}: {transition.Message}");
        }

        State = decision.Next;
        var split = decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split;
        EquatableArray<Effect> own = [.. decision.Effects.Where(effect => effect is Effect.ScaleCanary || (effect is Effect.HandOver && split is null))];
        var outcome = await Workloads.ApplyAsync(new WorkloadWrite(Resource, Spec, State, own, reading), default);
        Failure = outcome.Failure;
        Applied = split ?? Applied;
        return changed || outcome.Changed || split is not null;
    }

    /// <summary>The next change of an object, or a moment: a drain ends by itself.</summary>
    private async Task NextAsync()
    {
        try
        {
            await _changes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // Only time passed.
        }
    }

    private async Task ChangeAsync(Action<JsonPatch> change)
    {
        for (var tries = 0; ; tries++)
        {
            var patch = JsonPatch.At((await DeploymentAsync()).Meta.ResourceVersion);
            change(patch);
            var answer = await Api.PatchAsync(ObjectKind.Deployment, new("default", Name), patch, default);
            if (answer.IsDone)
            {
                return;
            }

            Assert.True(answer.Outcome is (KubeOutcome.Conflict or KubeOutcome.Unavailable) && tries < 20, answer.Problem);
        }
    }

    private async Task<LiveCluster> FollowAsync(CancellationToken cancellation)
    {
        Watch<DeploymentObject>();
        Watch<ReplicaSetObject>();
        Watch<EndpointSliceObject>();
        var informers = _services.GetRequiredService<Informers>();
        await informers.StartAsync(cancellation);
        await informers.WhenSyncedAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, cancellation);
        return this;
    }

    private void Watch<T>()
        where T : class, ICached => _services.GetRequiredService<ObjectCache<T>>().Changed += (_, _) => _changes.Writer.TryWrite(true);

    private static async Task DoneAsync(Task<KubeAnswer> asked)
    {
        var answer = await asked;
        Assert.True(answer.IsDone, answer.Problem);
    }
}
