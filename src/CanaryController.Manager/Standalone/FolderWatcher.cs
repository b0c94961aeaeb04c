using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// Keeps the catalog as the folder is. Always looks at the whole folder: what the file system reports only makes it look soon, and a look
/// every few seconds finds what was not reported.
/// </summary>
internal sealed partial class FolderWatcher(
    RolloutFolder folder, RolloutCatalog catalog, IRolloutStore store, RolloutQueue queue, TimeProvider time, ILogger<FolderWatcher> logger)
    : IHostedService, IDisposable
{
    /// <summary>How long changes are gathered before the folder is read: editors write in several steps.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);

    private readonly Lock _scanning = new();
    private FileSystemWatcher? _watcher;
    private ITimer? _soon;
    private bool _notStored;

    /// <summary>The folder was read, or was found unreadable, at least once.</summary>
    public bool HasScanned { get; private set; }

    /// <summary>Reads the folder, and decides about every rollout once: a restart goes on where the states say.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _soon = time.CreateTimer(_ => TryScan(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TryScan();
        foreach (var key in store.Keys)
        {
            queue.Wake(key, QueueLane.Normal);
        }

        foreach (var resource in catalog.All)
        {
            queue.Wake(resource.Key, QueueLane.Normal);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Reads the folder now and takes over what it says. One scan at a time; one that comes meanwhile waits.</summary>
    public void Scan()
    {
        lock (_scanning)
        {
            Watch();
            catalog.Apply(folder.Scan(), time.GetUtcNow());
            HasScanned = true;
            if (catalog.AwaitsDeletion)
            {
                _soon?.Change(CatalogMerge.DeletionGrace, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>A scan that nobody waits for: when what the folder says cannot be stored, it is not in force, that is logged once, and the next one tries again.</summary>
    public void TryScan()
    {
        try
        {
            Scan();
            _notStored = false;
        }
        catch (StoreUnavailableException failure)
        {
            if (!_notStored)
            {
                NotStored(logger, failure);
            }

            _notStored = true;
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _watcher = null;
        _soon?.Dispose();
    }

    private void Watch()
    {
        if (_watcher is not null || !Directory.Exists(folder.Path))
        {
            return;
        }

        try
        {
            var watcher = new FileSystemWatcher(folder.Path) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Changed += Soon;
            watcher.Created += Soon;
            watcher.Deleted += Soon;
            watcher.Renamed += Soon;
            watcher.Error += Lost;
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            NotWatched(logger, wrong);
        }
    }

    private void Soon(object sender, FileSystemEventArgs change) => _soon?.Change(Debounce, Timeout.InfiniteTimeSpan);

    /// <summary>The folder was removed, or events were lost: watch anew with the next scan.</summary>
    private void Lost(object sender, ErrorEventArgs error)
    {
        _watcher?.Dispose();
        _watcher = null;
        _soon?.Change(Debounce, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(EventId = 1411, Level = LogLevel.Error, Message = "What the folder says could not be stored; what it said before stays in force, and it is read again every few seconds")]
    private static partial void NotStored(ILogger logger, Exception failure);

    [LoggerMessage(EventId = 1410, Level = LogLevel.Warning, Message = "The folder cannot be watched; it is read every few seconds instead")]
    private static partial void NotWatched(ILogger logger, Exception wrong);
}
