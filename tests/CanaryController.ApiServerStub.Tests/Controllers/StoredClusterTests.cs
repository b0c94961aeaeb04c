using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>The controllers on the stub's own store, which defaults, validates, prunes, and tells changes later, in the background.</summary>
public sealed class StoredClusterTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ObjectStore _store = new(TimeProvider.System, historyLimit: 10_000, watchBacklog: 10_000, seed: 1);
    private readonly ClusterControllers _controllers;

    public StoredClusterTests()
    {
        _store.Create(Resources.Namespaces, new() { ["metadata"] = new JsonObject { ["name"] = Cluster.Namespace } });
        _controllers = new(_store, TimeProvider.System);
        _controllers.Start();
    }

    [Fact]
    public async Task A_Deployment_is_rolled_out_and_again_with_another_template()
    {
        Deploy();
        await UntilAsync(() => IsComplete("v1"));
        Store(Resources.Deployments, Cluster.Name, d => d.Child("spec")["template"] = Manifests.Template("v2"));
        await UntilAsync(() => IsComplete("v2"));

        var sets = _store.List(Resources.ReplicaSets, Cluster.Namespace).ToDictionary(rs => Manifests.Image(rs) ?? "");
        Assert.Equal((0, 3), (sets["v1"].Count("spec", "replicas"), sets["v2"].Count("spec", "replicas")));
        Assert.Equal(("1", "2"), (sets["v1"].Annotation("deployment.kubernetes.io/revision"), sets["v2"].Annotation("deployment.kubernetes.io/revision")));
        await UntilAsync(() => Pods.Count == 3);
    }

    [Fact]
    public async Task A_pod_that_is_deleted_ends_only_after_a_delay()
    {
        Deploy();
        await UntilAsync(() => IsComplete("v1"));
        var ending = 0;
        _store.Changed += change => ending += change.Resource == Resources.Pods && change.Type == "MODIFIED" && change.Object.IsBeingDeleted() ? 1 : 0;
        Store(Resources.Deployments, Cluster.Name, d => d.Child("spec")["replicas"] = 2);
        await UntilAsync(() => Pods.Count == 2);

        Assert.True(ending > 0, "it was seen while it ended");
    }

    [Fact]
    public async Task Endpoints_follow_the_pods()
    {
        Deploy();
        _store.Create(Resources.Services, Manifests.Make("v1", "Service", "web", new()
        {
            ["selector"] = new JsonObject { ["app"] = Cluster.Name },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = 8080 }),
        }));
        await UntilAsync(() => Endpoints == 3);
        Store(Resources.Deployments, Cluster.Name, d => d.Child("spec")["replicas"] = 0);
        await UntilAsync(() => Endpoints == 0 && Pods.Count == 0);
    }

    [Theory]
    [InlineData("Foreground")]
    [InlineData("Background")]
    public async Task A_deleted_Deployment_takes_everything_with_it(string propagation)
    {
        Deploy();
        await UntilAsync(() => IsComplete("v1"));
        _store.Delete(Resources.Deployments, Cluster.Namespace, Cluster.Name, propagation);
        await UntilAsync(() => Pods.Count == 0 && _store.List(Resources.ReplicaSets, null).Count == 0 && _store.List(Resources.Deployments, null).Count == 0);
    }

    [Fact]
    public async Task A_deleted_namespace_goes_with_all_that_is_in_it()
    {
        Deploy();
        await UntilAsync(() => IsComplete("v1"));
        _store.Delete(Resources.Namespaces, null, Cluster.Namespace);
        await UntilAsync(() => _store.Find(Resources.Namespaces, null, Cluster.Namespace) is null);

        Assert.Empty(Pods);
        Assert.Empty(_store.List(Resources.Deployments, null));
    }

    public async ValueTask DisposeAsync()
    {
        await _controllers.DisposeAsync();
        await _store.DisposeAsync();
    }

    private IReadOnlyList<JsonObject> Pods => _store.List(Resources.Pods, Cluster.Namespace);

    private int Endpoints => _store.List(Resources.EndpointSlices, Cluster.Namespace).SelectMany(s => s.Items("endpoints")).Count(e => e.Flag("conditions", "ready"));

    private bool IsComplete(string image) =>
        _store.Find(Resources.Deployments, Cluster.Namespace, Cluster.Name) is { } d
        && d.Items("spec", "template", "spec", "containers").First().Text("image") == image
        && d.Number("status", "observedGeneration") == d.Generation()
        && d.Count("status", "updatedReplicas") == 3 && d.Count("status", "replicas") == 3 && d.Count("status", "availableReplicas") == 3;

    private void Deploy() => _store.Create(Resources.Deployments, Manifests.Make("apps/v1", "Deployment", Cluster.Name, new()
    {
        ["replicas"] = 3,
        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = Cluster.Name } },
        ["template"] = Manifests.Template("v1"),
    }));

    private void Store(string resource, string name, Action<JsonObject> change) =>
        _store.PatchLatest(resource, _store.Find(resource, Cluster.Namespace, name) ?? throw new InvalidOperationException($"no {name}"), item =>
        {
            change(item);
            return true;
        });

    /// <summary>Waits for a change after which a condition holds.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(ObjectChange? change)
        {
            if (condition())
            {
                holds.TrySetResult();
            }
        }

        _store.Changed += Look;
        try
        {
            Look(null);
            await holds.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        finally
        {
            _store.Changed -= Look;
        }
    }
}
