using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Watching;

/// <summary>
/// All that happens in one namespace. It is told twice: at once, for those who wait for something, and a moment later in the order of resource versions, for those who
/// compare objects of different kinds, whose watches run at different speeds.
/// </summary>
internal sealed class NamespaceView : IAsyncDisposable
{
    /// <summary>How far one watch may lag behind another.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(1000);

    private static readonly KubeKind[] _kinds =
        [KubeKind.Rollout, KubeKind.Deployment, KubeKind.ReplicaSet, KubeKind.Pod, KubeKind.Service, KubeKind.EndpointSlice, .. RouteForm.Companions, .. RouteForm.Kinds];

    private readonly ConcurrentDictionary<(KubeKind Kind, string Name), JsonObject> _objects = new();
    private readonly Lock _gate = new();
    private readonly List<ClusterEvent> _unordered = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly KubeClient _client;
    private readonly List<Task> _tasks = [];
    private TaskCompletionSource _changed = NewSignal();

    private NamespaceView(KubeClient client, string name, TimeProvider time) => (_client, Name, _time) = (client, name, time);

    /// <summary>The namespace.</summary>
    public string Name { get; }

    /// <summary>Hear of each change at once, on the watch's own task.</summary>
    public Listeners Happened { get; } = new();

    /// <summary>Hear of each change in order, about <see cref="Lag"/> later, one at a time.</summary>
    public Listeners Ordered { get; } = new();

    /// <summary>Starts watching; returns when everything that is there was read.</summary>
    public static async Task<NamespaceView> OpenAsync(KubeClient client, string name, TimeProvider time, CancellationToken cancellation)
    {
        var view = new NamespaceView(client, name, time);
        foreach (var kind in _kinds)
        {
            var version = await view.ListAsync(kind, cancellation);
            view._tasks.Add(Task.Run(() => view.FollowAsync(kind, version), CancellationToken.None));
        }

        view._tasks.Add(Task.Run(view.OrderAsync, CancellationToken.None));
        return view;
    }

    /// <summary>The object as it was seen last.</summary>
    public JsonObject? Find(KubeKind kind, string name) => _objects.GetValueOrDefault((kind, name));

    /// <summary>All objects of a kind.</summary>
    public IEnumerable<JsonObject> All(KubeKind kind) => _objects.Where(pair => pair.Key.Kind == kind).Select(pair => pair.Value);

    /// <summary>Waits until <paramref name="condition"/> holds; looks again with each change. False when it does not within <paramref name="deadline"/>.</summary>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = _time.CreateTimer(_ => limit.Cancel(), null, deadline, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var changed = Volatile.Read(ref _changed);
            if (condition())
            {
                return true;
            }

            try
            {
                await changed.Task.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>Waits until all that has happened by now was told in order.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        while (Volatile.Read(ref _orderedUntil) < now.UtcTicks)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
        _stop.Dispose();
    }

    private long _orderedUntil;

    private async Task<string> ListAsync(KubeKind kind, CancellationToken cancellation)
    {
        var list = await _client.ListAsync(kind, Name, cancellation);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items("items").ToList())
        {
            seen.Add(item.Name());
            if (Find(kind, item.Name())?.Version() != item.Version())
            {
                Tell(new(kind, (JsonObject)item.DeepClone(), false, _time.GetUtcNow()));
            }
        }

        foreach (var gone in All(kind).Where(item => !seen.Contains(item.Name())).ToList())
        {
            Tell(new(kind, gone, true, _time.GetUtcNow()));
        }

        return list.Text("metadata", "resourceVersion") ?? "";
    }

    private async Task FollowAsync(KubeKind kind, string version)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var (type, item) in _client.WatchAsync(kind, Name, version, _stop.Token))
                {
                    if (type == "ERROR")
                    {
                        break;
                    }

                    version = item.Text("metadata", "resourceVersion") ?? version;
                    if (type != "BOOKMARK")
                    {
                        Tell(new(kind, item, type == "DELETED", _time.GetUtcNow()));
                    }
                }

                version = await ListAsync(kind, _stop.Token);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or InvalidOperationException)
            {
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200), _time, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Tell(ClusterEvent happened)
    {
        if (happened.IsDeleted)
        {
            _objects.TryRemove((happened.Kind, happened.Name), out _);
        }
        else
        {
            _objects[(happened.Kind, happened.Name)] = happened.Item;
        }

        lock (_gate)
        {
            _unordered.Add(happened);
        }

        Happened.Tell(happened);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    private async Task OrderAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var until = _time.GetUtcNow() - Lag;
                List<ClusterEvent> due;
                lock (_gate)
                {
                    // What has a smaller version than something that is due comes before it, however late it came.
                    var newest = _unordered.Where(each => each.At <= until).Select(each => each.Version).DefaultIfEmpty().Max();
                    due = [.. _unordered.Where(each => each.At <= until || each.Version < newest).OrderBy(each => each.Version)];
                    _unordered.RemoveAll(due.Contains);
                }

                foreach (var happened in due)
                {
                    Ordered.Tell(happened);
                }

                Volatile.Write(ref _orderedUntil, until.UtcTicks);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
