using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Storage;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>The controllers on a store in memory and a clock that the test moves.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string Namespace = "shop";
    public const string Name = "web";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly ClusterControllers _controllers;
    private readonly List<string> _scalings = [];
    private readonly Dictionary<string, int> _sizes = [];

    public Cluster()
    {
        Store = new(Time);
        Store.Changed += Note;
        _controllers = new(Store, Time);
        _controllers.Start();
    }

    public FakeTimeProvider Time { get; } = new();

    public InMemoryObjectStore Store { get; }

    /// <summary>Each size that a ReplicaSet was given, by its image, in order, since <see cref="ForgetScalings"/>: like <c>v1=0 v2=6</c>.</summary>
    public string Scalings => string.Join(' ', _scalings);

    public JsonObject Deployment => Store.Find(Resources.Deployments, Namespace, Name) ?? throw new InvalidOperationException("no Deployment");

    public IReadOnlyList<JsonObject> ReplicaSets => Store.List(Resources.ReplicaSets, Namespace);

    public IReadOnlyList<JsonObject> Pods => Store.List(Resources.Pods, Namespace);

    public void ForgetScalings() => _scalings.Clear();

    /// <summary>Lets time pass in steps of 10 ms; all work of a step is done before the next.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            await _controllers.IdleAsync(TestContext.Current.CancellationToken);
            Time.Advance(Step);
        }

        await _controllers.IdleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Does what is to be done at once, without letting time pass.</summary>
    public Task WorkAsync() => _controllers.IdleAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets time pass until nothing changed for 200 ms, then to the next whole second, so that creation times differ.</summary>
    public async Task SettleAsync()
    {
        for (var round = 0; round < 100; round++)
        {
            var version = Store.Version;
            await PassAsync(TimeSpan.FromMilliseconds(200));
            if (version == Store.Version)
            {
                await PassAsync(TimeSpan.FromSeconds(1));
                return;
            }
        }

        throw new InvalidOperationException("the cluster does not come to rest");
    }

    /// <summary>Makes the Deployment <c>web</c> with image <c>v1</c>, and waits until it is complete.</summary>
    public async Task DeployAsync(int replicas, Action<JsonObject>? change = null)
    {
        var spec = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = Name } },
            ["template"] = Manifests.Template("v1"),
            ["strategy"] = Manifests.RollingUpdate("25%", "25%"),
            ["revisionHistoryLimit"] = 10,
            ["progressDeadlineSeconds"] = 600,
        };
        change?.Invoke(spec);
        Store.Create(Resources.Deployments, Manifests.Make("apps/v1", "Deployment", Name, spec));
        await SettleAsync();
    }

    /// <summary>Changes the Deployment's spec in one write.</summary>
    public void Edit(Action<JsonObject> change) => Patch(Resources.Deployments, Name, item => change(item.Child("spec")));

    public void Patch(string resource, string name, Action<JsonObject> change) =>
        Store.PatchLatest(resource, Store.Find(resource, Namespace, name) ?? throw new InvalidOperationException($"no {resource} {name}"), item =>
        {
            change(item);
            return true;
        });

    /// <summary>A ReplicaSet of the Deployment's selector with a holder's owner reference (or none), as a canary is held.</summary>
    public JsonObject Hold(string name, string image, int replicas, JsonObject? holder) =>
        Store.Create(Resources.ReplicaSets, Manifests.ReplicaSet(name, image, replicas, holder));

    public JsonObject Holder(string name) =>
        Store.Create("apps/controllerrevisions", Manifests.Make("apps/v1", "ControllerRevision", name, spec: null));

    /// <summary>The Deployment's own ReplicaSet of an image.</summary>
    public JsonObject Of(string image) => ReplicaSets.First(rs => Manifests.Image(rs) == image);

    public int Size(string image) => Of(image).Count("spec", "replicas");

    public IReadOnlyList<string> PodsOf(JsonObject rs) =>
        [.. Pods.Where(pod => pod.ControllerReference()?.Text("uid") == rs.Uid()).Select(pod => pod.Uid()).Order(StringComparer.Ordinal)];

    public JsonObject? Condition(string type) => Deployment.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type);

    public ValueTask DisposeAsync() => _controllers.DisposeAsync();

    private void Note(ObjectChange change)
    {
        if (change.Resource == Resources.ReplicaSets && change.Type != "DELETED" && change.Object.Count("spec", "replicas") is var size
            && (!_sizes.TryGetValue(change.Object.Name(), out var before) || before != size))
        {
            _sizes[change.Object.Name()] = size;
            _scalings.Add($"{Manifests.Image(change.Object)}={size}");
        }
    }
}
