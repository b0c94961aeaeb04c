using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>All objects, one counter of versions for everything (as etcd has), a bounded history, and the watches. Reads take no lock and see a consistent table.</summary>
internal sealed class Database(int historyLimit, int watchBacklog) : IDisposable
{
    private readonly Queue<StoredChange> _history = new();
    private readonly List<Watch> _watches = [];
    private readonly Channel<StoredChange> _told = Channel.CreateUnbounded<StoredChange>(new() { SingleReader = true });
    private volatile ImmutableDictionary<string, ImmutableSortedDictionary<ObjectName, StoredObject>> _tables =
        ImmutableDictionary.Create<string, ImmutableSortedDictionary<ObjectName, StoredObject>>(StringComparer.Ordinal);

    private long _version = 1;
    private long _forgotten = 1;

    /// <summary>Held by whoever writes, from reading to writing.</summary>
    public Lock Gate { get; } = new();

    public long Version => Interlocked.Read(ref _version);

    /// <summary>Every change, in order, for the store's listeners.</summary>
    public ChannelReader<StoredChange> Told => _told.Reader;

    /// <summary>Whether somebody reads <see cref="Told"/>: nothing is kept for nobody.</summary>
    public bool IsTold { get; set; }

    public ImmutableSortedDictionary<ObjectName, StoredObject> Table(string resource) =>
        _tables.GetValueOrDefault(resource) ?? ImmutableSortedDictionary<ObjectName, StoredObject>.Empty;

    public StoredObject? Find(string resource, string ns, string name) => Table(resource).GetValueOrDefault(new(ns, name));

    /// <summary>A table together with the version at which it is complete.</summary>
    public (ImmutableSortedDictionary<ObjectName, StoredObject> Table, long Version) Snapshot(string resource)
    {
        lock (Gate)
        {
            return (Table(resource), _version);
        }
    }

    /// <summary>Writes an object. The caller holds the gate.</summary>
    public StoredObject Put(string resource, JsonObject obj)
    {
        var stored = StoredObject.Of(obj, ++_version);
        var table = Table(resource);
        var before = table.GetValueOrDefault(stored.Name);
        _tables = _tables.SetItem(resource, table.SetItem(stored.Name, stored));
        Tell(new(before is null ? "ADDED" : "MODIFIED", resource, stored, before));
        return stored;
    }

    /// <summary>
    /// Adds many objects of a resource at once: no watch and no listener is told of them, and watches from before answer 410, as after a restored backup. One whose name is taken is left out.
    /// </summary>
    public void Load(string resource, IEnumerable<Func<long, StoredObject>> objects)
    {
        lock (Gate)
        {
            var table = Table(resource).ToBuilder();
            foreach (var made in objects)
            {
                var stored = made(_version + 1);
                if (table.TryAdd(stored.Name, stored))
                {
                    _version++;
                }
            }

            _tables = _tables.SetItem(resource, table.ToImmutable());
            _forgotten = ++_version;
            _history.Clear();
        }
    }

    /// <summary>Removes an object. The caller holds the gate.</summary>
    public StoredObject Remove(string resource, JsonObject last)
    {
        var gone = StoredObject.Of(last, ++_version);
        var table = Table(resource);
        var before = table.GetValueOrDefault(gone.Name);
        _tables = _tables.SetItem(resource, table.Remove(gone.Name));
        Tell(new("DELETED", resource, gone, before));
        return gone;
    }

    /// <summary>Watches a resource from just after a version; null = from what is there now, which <paramref name="present"/> is then.</summary>
    /// <exception cref="ApiException">410: changes since that version are forgotten.</exception>
    public Watch Subscribe(string resource, long? since, out IReadOnlyCollection<StoredObject> present)
    {
        lock (Gate)
        {
            if (since < _forgotten)
            {
                throw Refusal.Expired($"too old resource version: {since} ({_forgotten})");
            }

            var watch = new Watch(resource, watchBacklog, _version, Unsubscribe);
            present = since is null ? [.. Table(resource).Values] : [];
            if (since is not null)
            {
                watch.Backlog = [.. _history.Where(change => change.Resource == resource && change.Now.Version > since)];
            }

            _watches.Add(watch);
            return watch;
        }
    }

    /// <summary>Whether changes since a version are forgotten.</summary>
    public bool IsForgotten(long version)
    {
        lock (Gate)
        {
            return version < _forgotten;
        }
    }

    /// <summary>A version up to which every change has been offered to every watch.</summary>
    public long OfferedVersion()
    {
        lock (Gate)
        {
            return _version;
        }
    }

    /// <summary>Forgets the history: watches from any version before now answer 410.</summary>
    public void ExpireHistory()
    {
        lock (Gate)
        {
            // A version of its own, so that even a client that has seen everything is too old.
            _forgotten = ++_version;
            _history.Clear();
        }
    }

    /// <summary>Tells every watch up to which version it has seen everything.</summary>
    public void OfferBookmarks()
    {
        lock (Gate)
        {
            foreach (var watch in _watches)
            {
                watch.OfferBookmark(_version);
            }
        }
    }

    /// <summary>Cuts every watch off, as when its connection breaks.</summary>
    public void CutWatches()
    {
        lock (Gate)
        {
            foreach (var watch in _watches)
            {
                watch.Cut();
            }
        }
    }

    /// <summary>How many watches there are.</summary>
    public int WatchCount
    {
        get
        {
            lock (Gate)
            {
                return _watches.Count;
            }
        }
    }

    public void Dispose() => _told.Writer.TryComplete();

    private void Tell(StoredChange change)
    {
        _history.Enqueue(change);
        if (_history.Count > historyLimit)
        {
            _forgotten = _history.Dequeue().Now.Version;
        }

        foreach (var watch in _watches)
        {
            watch.Offer(change);
        }

        if (IsTold)
        {
            _told.Writer.TryWrite(change);
        }
    }

    private void Unsubscribe(Watch watch)
    {
        lock (Gate)
        {
            _watches.Remove(watch);
        }
    }
}
