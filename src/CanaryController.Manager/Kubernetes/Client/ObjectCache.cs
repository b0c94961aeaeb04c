using System.Diagnostics.CodeAnalysis;

namespace CanaryController.Manager.Kubernetes.Client;

/// <inheritdoc cref="IObjectCache{T}"/>
/// <remarks>
/// Threads: informers and reconcilers write, anybody reads; one lock guards the maps and is never held while <see cref="Changed"/> is raised. Versions are compared as numbers when both
/// are numbers (they are the store's revisions, one count for all objects), so that an event that was under way while we wrote never takes the write back. An object that we deleted does
/// not come back by such an event either. A list overrules all that was here when it began, whatever its version: after a restored backup versions begin again below.
/// </remarks>
internal sealed class ObjectCache<T>(ILogger logger) : IObjectCache<T>
    where T : class, ICached
{
    /// <summary>Deleted objects are remembered until the server says that they are gone, at most this many.</summary>
    private const int MaxRemoved = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectName, Entry> _objects = [];
    private readonly ObjectIndex<T> _index = new();
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal);
    private volatile bool _synced;
    private long _stamp;
    private T[]? _all;

    /// <summary>
    /// An object came (before is null), changed, or went (after is null); by an event, a list, <see cref="Put"/> or <see cref="Remove"/>. Raised on the thread of whoever wrote,
    /// after the cache changed and outside of its lock: two changes of one object may be told in the other order, so look into the cache for what is. Handlers are quick; what
    /// one throws is logged, and the others hear of the change all the same.
    /// </summary>
    [SuppressMessage("Design", "MA0046", Justification = "Raised for each event of a watch: before and after are all there is to say.")]
    public event Action<T?, T?>? Changed;

    /// <inheritdoc/>
    public bool IsSynced => _synced;

    /// <inheritdoc/>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
            {
                return _all ??= [.. _objects.Values.Select(entry => entry.Item)];
            }
        }
    }

    /// <summary>How many objects are here.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _objects.Count;
            }
        }
    }

    /// <inheritdoc/>
    public T? Find(ObjectName name)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(name).Item;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<T> By(string key)
    {
        lock (_gate)
        {
            return _index.Find(key);
        }
    }

    /// <inheritdoc/>
    public void Put(T written) => Take(written, listBegan: -1);

    /// <inheritdoc/>
    public void Remove(ObjectName name, string uid)
    {
        T? before;
        lock (_gate)
        {
            if (_removed.Count >= MaxRemoved)
            {
                _removed.Remove(_removed.MinBy(each => each.Value).Key);
            }

            _removed[uid] = ++_stamp;
            before = Drop(name, uid);
        }

        RaiseGone(before);
    }

    /// <summary>The server told that an object is gone, as it was at <paramref name="version"/>.</summary>
    internal void Delete(ObjectName name, string uid, string version)
    {
        T? before = null;
        lock (_gate)
        {
            _removed.Remove(uid);
            if (_objects.TryGetValue(name, out var there) && Compare(version, there.Item.Meta.ResourceVersion) is null or >= 0)
            {
                before = Drop(name, uid);
            }
        }

        RaiseGone(before);
    }

    /// <summary>A list is about to be asked for; what this answers goes with it.</summary>
    internal long BeginList()
    {
        lock (_gate)
        {
            return _stamp;
        }
    }

    /// <summary>Takes over an object of a list.</summary>
    internal void PutListed(T listed, long began) => Take(listed, began);

    /// <summary>A list of the objects of <paramref name="ns"/> (null = of all) is complete: what it did not name is gone, unless it was put here meanwhile and is newer.</summary>
    internal void EndList(string? ns, IReadOnlySet<ObjectName> listed, string version, long began)
    {
        List<T> gone = [];
        lock (_gate)
        {
            foreach (var (item, stamp) in _objects.Values.Where(each => (ns is null || each.Item.Meta.Name.Namespace == ns) && !listed.Contains(each.Item.Meta.Name)).ToList())
            {
                if (stamp <= began || Compare(item.Meta.ResourceVersion, version) <= 0)
                {
                    gone.Add(Drop(item.Meta.Name, item.Meta.Uid)!);
                }
            }

            foreach (var uid in _removed.Where(each => each.Value <= began).Select(each => each.Key).ToList())
            {
                _removed.Remove(uid);
            }
        }

        gone.ForEach(RaiseGone);
    }

    /// <summary>Every list was read once.</summary>
    internal void MarkSynced() => _synced = true;

    /// <summary>Below zero when <paramref name="left"/> is older; null when that cannot be told.</summary>
    private static int? Compare(string left, string right) =>
        ulong.TryParse(left, out var first) && ulong.TryParse(right, out var second) ? first.CompareTo(second)
        : left == right ? 0 : null;

    /// <summary>Takes an object over, unless what is here is newer.</summary>
    /// <param name="candidate">What may be taken over.</param>
    /// <param name="listBegan">When the list that holds it began; -1 = it is no list's.</param>
    private void Take(T candidate, long listBegan)
    {
        var meta = candidate.Meta;
        Entry before;
        lock (_gate)
        {
            before = _objects.GetValueOrDefault(meta.Name);
            if (_removed.Count > 0 && _removed.TryGetValue(meta.Uid, out var removedAt) && removedAt > listBegan)
            {
                return;
            }

            if (before.Item is { } there && there.Meta.Uid == meta.Uid && there.Meta.ResourceVersion == meta.ResourceVersion && there.Served == candidate.Served)
            {
                _objects[meta.Name] = before with { Stamp = ++_stamp };
                return;
            }

            if (before.Item is { Meta: var known } && before.Stamp > listBegan && Compare(meta.ResourceVersion, known.ResourceVersion) < 0)
            {
                return;
            }

            _objects[meta.Name] = new(candidate, ++_stamp);
            _index.Replace(before.Item, candidate);
            _all = null;
        }

        Raise(before.Item, candidate);
    }

    private T? Drop(ObjectName name, string uid)
    {
        if (!_objects.TryGetValue(name, out var there) || there.Item.Meta.Uid != uid)
        {
            return null;
        }

        _objects.Remove(name);
        _index.Replace(there.Item, null);
        _all = null;
        return there.Item;
    }

    private void RaiseGone(T? before)
    {
        if (before is not null)
        {
            Raise(before, null);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "One listener that fails must neither stop the informer nor keep the change from the others.")]
    private void Raise(T? before, T? after)
    {
        foreach (var listener in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<T?, T?>)listener)(before, after);
            }
            catch (Exception failure)
            {
                logger.ListenerFailed((after ?? before)!.Meta.Name, failure);
            }
        }
    }

    /// <summary>An object as it is kept.</summary>
    /// <param name="Item">The object.</param>
    /// <param name="Stamp">When it came here or was confirmed, by a count of this cache's own.</param>
    private readonly record struct Entry(T Item, long Stamp);
}
