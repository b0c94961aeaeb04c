using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Keeps a cache of one kind's objects.</summary>
internal interface IInformer
{
    /// <summary>The kind.</summary>
    ObjectKind Kind { get; }

    /// <summary>True once everything was listed, or is known not to exist.</summary>
    bool IsSynced { get; }

    /// <summary>What is wrong now, a sentence a target; empty when nothing is.</summary>
    IReadOnlyList<string> Problems { get; }

    /// <summary>Ends when <see cref="IsSynced"/> is true.</summary>
    Task WhenSyncedAsync(CancellationToken cancellation);

    /// <summary>Lists and watches until stopped. Once only.</summary>
    Task RunAsync(CancellationToken stopping);
}

/// <summary>
/// Keeps <see cref="Cache"/> up to date by one list and one watch a namespace, and no other request. A kind that the cluster does not have counts as synced and empty, and is looked for
/// again every 30 to 60 seconds; while a permission is missing it is not synced.
/// </summary>
internal sealed class Informer<T> : IInformer
    where T : class, ICached
{
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<InformerScope<T>> _scopes;
    private int _unsynced;

    /// <summary>Nothing is asked before it runs.</summary>
    /// <param name="transport">Sends requests.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="namespaces">The namespaces; empty = the whole cluster.</param>
    /// <param name="project">What is kept of an object; null = it is not wanted. It keeps nothing of the element, which ends with the call; the items of a list have neither apiVersion nor kind.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says changes.</param>
    /// <param name="labelSelector">Only objects with these labels, in the server's notation; null = all.</param>
    /// <param name="kept">What <paramref name="project"/> reads of the items of a list; null = all.</param>
    public Informer(
        KubeTransport transport, ObjectKind kind, IReadOnlyList<string> namespaces, Func<JsonElement, T?> project, TimeProvider time, ILogger<Informer<T>> logger,
        string? labelSelector = null, KeptFields? kept = null)
        : this(transport, [.. namespaces.DefaultIfEmpty().Select(ns => new InformerTarget(kind, ns, labelSelector))], kept ?? KeptFields.All, project, time, logger)
    {
    }

    /// <summary>Nothing is asked before it runs.</summary>
    /// <param name="transport">Sends requests.</param>
    /// <param name="target">The only list and watch.</param>
    /// <param name="project">As above.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says changes.</param>
    public Informer(KubeTransport transport, InformerTarget target, Func<JsonElement, T?> project, TimeProvider time, ILogger<Informer<T>> logger)
        : this(transport, [target], KeptFields.All, project, time, logger)
    {
    }

    /// <summary>Nothing is asked before it runs.</summary>
    /// <param name="transport">Sends requests.</param>
    /// <param name="versions">The kind, in the versions of its API that can be read, the preferred one first: the first one that the cluster has is followed.</param>
    /// <param name="namespaces">The namespaces; empty = the whole cluster.</param>
    /// <param name="project">As above, with the version that the object is in.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says changes.</param>
    /// <param name="kept">What <paramref name="project"/> reads of the items of a list.</param>
    public Informer(
        KubeTransport transport, IReadOnlyList<ObjectKind> versions, IReadOnlyList<string> namespaces, Func<JsonElement, ObjectKind, T?> project, TimeProvider time, ILogger<Informer<T>> logger,
        KeptFields kept)
        : this(
            transport,
            [.. namespaces.DefaultIfEmpty().Select(ns => versions.Select(kind => new InformerTarget(kind, ns, null)).ToArray())],
            kept,
            kind => item => project(item, kind),
            time,
            logger)
    {
    }

    private Informer(KubeTransport transport, InformerTarget[] targets, KeptFields kept, Func<JsonElement, T?> project, TimeProvider time, ILogger<Informer<T>> logger)
        : this(transport, [.. targets.Select(target => new[] { target })], kept, _ => project, time, logger)
    {
    }

    private Informer(
        KubeTransport transport, InformerTarget[][] targets, KeptFields kept, Func<ObjectKind, Func<JsonElement, T?>> project, TimeProvider time, ILogger<Informer<T>> logger)
    {
        Kind = targets[0][0].Kind;
        Cache = new(logger);
        _unsynced = targets.Length;
        _scopes = [.. targets.Select(Scope)];

        InformerScope<T> Scope(InformerTarget[] versions)
        {
            var random = new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64, versions[0]));
            return new(transport, versions, kept, project, Cache, OnceSynced(), random, time, logger);
        }
    }

    /// <summary>The objects.</summary>
    public ObjectCache<T> Cache { get; }

    /// <inheritdoc/>
    public ObjectKind Kind { get; }

    /// <inheritdoc/>
    public bool IsSynced => Cache.IsSynced;

    /// <inheritdoc/>
    public IReadOnlyList<string> Problems => [.. _scopes.Select(scope => scope.Problem).OfType<string>()];

    /// <inheritdoc/>
    public Task WhenSyncedAsync(CancellationToken cancellation) => _synced.Task.WaitAsync(cancellation);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_scopes.Select(scope => scope.RunAsync(stopping)));

    /// <summary>What a scope calls after each list; its first call counts.</summary>
    private Action OnceSynced()
    {
        var isSynced = false;
        return () =>
        {
            if (!isSynced)
            {
                isSynced = true;
                if (Interlocked.Decrement(ref _unsynced) == 0)
                {
                    Cache.MarkSynced();
                    _synced.TrySetResult();
                }
            }
        };
    }
}
