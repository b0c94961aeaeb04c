using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>
/// What kube-controller-manager, the scheduler and the nodes do to the objects of a cluster: Deployments, ReplicaSets, pods, EndpointSlices, garbage
/// collection, namespaces, and a small autoscaler. Each controller is level-triggered; all work is done one key after the other, in the background. Pods run
/// nothing: they only become ready.
/// </summary>
public sealed class ClusterControllers : IAsyncDisposable
{
    private readonly IObjectStore _store;
    private readonly WorkQueue _queue;
    private readonly ResourceKinds _kinds = new();
    private readonly IReadOnlyList<IStubController> _controllers;
    private readonly Dictionary<(string Resource, string? Namespace, string Name), JsonObject> _seen = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Makes them; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="store">The objects.</param>
    /// <param name="time">The clock of all delays and stamps.</param>
    /// <param name="timings">How fast pods are; null = <see cref="PodTimings.Default"/>.</param>
    /// <param name="seed">Decides the made-up names and how long each pod takes; the same seed gives the same run.</param>
    public ClusterControllers(IObjectStore store, TimeProvider time, PodTimings? timings = null, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _queue = new(time);
        var random = new Random(seed);
        _controllers =
        [
            new DeploymentController(store.As("deployment-controller"), time, _queue),
            new ReplicaSetController(store.As("replicaset-controller"), time, _queue, random),
            new PodController(store.As("node-controller"), time, _queue, timings ?? PodTimings.Default, random),
            new EndpointSliceController(store.As("endpointslice-controller"), random),
            new GarbageCollector(store.As("generic-garbage-collector"), _queue, _kinds),
            new NamespaceController(store.As("namespace-controller"), _kinds),
            new AutoscalerController(store.As("horizontal-pod-autoscaler"), time),
        ];
    }

    /// <summary>Looks at everything there is, and follows all changes from then on.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _store.Changed += Observe;
            foreach (var definition in _store.ListServed(Resources.CustomResourceDefinitions, null))
            {
                _kinds.Learn(Resources.CustomResourceDefinitions, definition);
            }

            foreach (var kind in _kinds.All)
            {
                foreach (var item in _store.ListServed(kind.Resource, null))
                {
                    Observe(new("ADDED", kind.Resource, item));
                }
            }
        }

        _work = Task.Run(WorkAsync);
    }

    /// <summary>
    /// Completes when nothing is left to do at once; what waits for a delay (pods on their way, minReadySeconds, a deadline) does not count.
    /// </summary>
    /// <exception cref="Exception">A controller broke: the stub has an error.</exception>
    public async Task IdleAsync(CancellationToken cancellation = default)
    {
        var first = await Task.WhenAny(_queue.IdleAsync(), _work).WaitAsync(cancellation);
        await first;
    }

    /// <summary>Stops; what is being worked on is finished.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.Changed -= Observe;
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // This is how the work ends.
        }

        _queue.Dispose();
        _stop.Dispose();
    }

    private void Observe(ObjectChange change)
    {
        lock (_gate)
        {
            var id = (change.Resource, change.Object.Namespace(), change.Object.Name());
            var before = _seen.GetValueOrDefault(id);
            if (change.Type == "DELETED")
            {
                _seen.Remove(id);
            }
            else
            {
                _seen[id] = change.Object;
            }

            _kinds.Learn(change.Resource, change.Object);
            foreach (var controller in _controllers)
            {
                foreach (var key in controller.Affected(change, before?.Uid() == change.Object.Uid() ? before : null))
                {
                    _queue.Add(key);
                }
            }
        }
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            var key = await _queue.NextAsync(_stop.Token);
            try
            {
                _controllers.First(c => c.Name == key.Controller).Sync(key);
                _queue.Done(key);
            }
            catch (ApiException e)
            {
                _queue.Done(key, failed: true, conflict: e.IsConflict());
            }
        }
    }
}
