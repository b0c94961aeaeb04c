using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.ReplicaRatio;

/// <summary>The real planner and the real router over a model of pods: what is scaled is ready, or gone, at the next tick.</summary>
internal sealed class PodWorld
{
    private readonly ReplicaRatioRouter _router;
    private readonly Dictionary<string, int> _ready = new(StringComparer.Ordinal);

    public PodWorld(int size = 10)
    {
        _router = new(
            Kube, Kube.Cache(ObjectKind.Service, ServiceObject.Project), Kube.Cache(ObjectKind.EndpointSlice, EndpointSliceObject.Project),
            Kube.Cache(ObjectKind.ReplicaSet, ReplicaSetObject.Project), Kube);
        Kube.Put(ObjectKind.Service, new()
        {
            ["metadata"] = new JsonObject { ["name"] = "shop", ["namespace"] = "shop", ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/last-applied-configuration"] = "{}" } },
        });
        Scale("v1", size);
        Tick();
    }

    public static RouteTarget Target { get; } = new("", "shop") { Cluster = new(new("shop", "shop"), RouterType.ReplicaRatio, [], "shop", null, WorkloadType.Deployment) };

    public KubeMemory Kube { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public RolloutState State { get; private set; } = new();

    public string Declared { get; set; } = "v1";

    public string? Alarm { get; set; }

    /// <summary>Pods of these versions never become ready.</summary>
    public HashSet<string> Broken { get; } = [];

    public RouteReading Reading { get; private set; } = RouteReading.Unknown("");

    public RolloutSpec Spec { get; } = new()
    {
        Workload = WorkloadKind.Managed,
        InitialStableRevision = "v1",
        Steps = [Step(10), Step(50)],
    };

    public int Size(string version) => Sets().Contains(version) ? (int)Kube.Find(ObjectKind.ReplicaSet, $"shop-{version}")["spec"]!["replicas"]! : 0;

    public int Ready(string version) => _ready.GetValueOrDefault(version);

    /// <summary>The share of the ready pods.</summary>
    public double Share(string version) => (double)Ready(version) / Math.Max(1, _ready.Values.Sum());

    public string? Asked() => (string?)Kube.Find(ObjectKind.Service, "shop")["metadata"]!["annotations"]!["canarycontroller.io/split"];

    public void Scale(string version, int replicas)
    {
        if (!Sets().Contains(version))
        {
            _ready[version] = 0;
            Kube.Put(ObjectKind.ReplicaSet, new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"shop-{version}",
                    ["namespace"] = "shop",
                    ["labels"] = new JsonObject { ["pod-template-hash"] = version, ["canarycontroller.io/rollout"] = "shop" },
                },
                ["spec"] = new JsonObject { ["replicas"] = replicas, ["template"] = new JsonObject() },
                ["status"] = new JsonObject(),
            });
        }

        Kube.Change(ObjectKind.ReplicaSet, $"shop-{version}", set => set["spec"]!["replicas"] = replicas);
    }

    /// <summary>Pods follow what is wanted of them.</summary>
    public void Tick()
    {
        var endpoints = new JsonArray();
        foreach (var version in Sets())
        {
            _ready[version] = Broken.Contains(version) ? 0 : Size(version);
            Kube.Change(ObjectKind.ReplicaSet, $"shop-{version}", set => set["status"]!["readyReplicas"] = _ready[version]);
            for (var pod = 0; pod < _ready[version]; pod++)
            {
                endpoints.Add(new JsonObject
                {
                    ["conditions"] = new JsonObject { ["ready"] = true },
                    ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = $"shop-{version}-p{pod:0000}" },
                });
            }
        }

        Kube.Put(ObjectKind.EndpointSlice, new()
        {
            ["metadata"] = new JsonObject { ["name"] = "shop-1", ["namespace"] = "shop", ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = "shop" } },
            ["endpoints"] = endpoints,
        });
    }

    /// <summary>Decides and acts until nothing more is to be done at this moment.</summary>
    public async Task SettleAsync()
    {
        for (var pass = 0; pass < 16; pass++)
        {
            var (stable, canary) = (State.StableRevision ?? "v1", State.CanaryRevision ?? Declared);
            Reading = await _router.ReadAsync(Target, stable, canary, CancellationToken.None);
            var decision = RolloutPlanner.Decide(Spec, State, new()
            {
                Now = Time.GetUtcNow(),
                DeclaredRevision = Declared,
                Route = Reading.Route,
                Workload = new(Ready(stable), Size(stable), canary == stable ? 0 : Ready(canary), canary == stable ? 0 : Size(canary), HandedOver: Size(stable) == 0),
                ExternalAlarm = Alarm,
            });
            if (decision.Next == State && decision.Effects.IsEmpty)
            {
                return;
            }

            State = decision.Next;
            foreach (var scale in decision.Effects.OfType<Effect.ScaleCanary>())
            {
                Scale(scale.Revision, scale.Replicas);
            }

            if (decision.Effects.OfType<Effect.HandOver>().Any() && !decision.Effects.OfType<Effect.ApplySplit>().Any())
            {
                Scale(stable, 0);
            }

            if (decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault() is { } apply)
            {
                await _router.ApplyAsync(Target, apply.Split, Reading, CancellationToken.None);
            }
        }

        Reading = await _router.ReadAsync(Target, State.StableRevision!, State.CanaryRevision, CancellationToken.None);
    }

    /// <summary>Goes on second by second until a phase is reached.</summary>
    public async Task UntilAsync(RolloutPhase phase, Action? each = null, int seconds = 1_000)
    {
        for (var second = 0; State.Phase != phase; second++)
        {
            Assert.True(second < seconds, $"{State.Phase} at {State.Weight}: {State.Message}; {Reading.Route}");
            await SettleAsync();
            each?.Invoke();
            Tick();
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public Task<string?> RestoreAsync() => _router.RestoreAsync(Target, "v1", CancellationToken.None);

    private HashSet<string> Sets() => [.. _ready.Keys];

    private static RolloutStep Step(int percent) => new() { Weight = CanaryWeight.FromBasisPoints(percent * 100), Hold = TimeSpan.FromSeconds(5) };
}
