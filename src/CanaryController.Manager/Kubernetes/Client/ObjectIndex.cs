namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Finds objects by their <see cref="ICached.IndexKeys"/>. Not for several threads at once.</summary>
internal sealed class ObjectIndex<T>
    where T : class, ICached
{
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>All that carry the key; the list never changes afterwards.</summary>
    public IReadOnlyList<T> Find(string key) => _buckets.TryGetValue(key, out var bucket) ? bucket.Snapshot : [];

    /// <summary>Puts <paramref name="after"/> in the place of <paramref name="before"/>; either may be null.</summary>
    public void Replace(T? before, T? after)
    {
        foreach (var key in before?.IndexKeys ?? [])
        {
            if (_buckets.TryGetValue(key, out var bucket) && bucket.Remove(before!.Meta.Name))
            {
                _buckets.Remove(key);
            }
        }

        foreach (var key in after?.IndexKeys ?? [])
        {
            if (!_buckets.TryGetValue(key, out var bucket))
            {
                _buckets[key] = bucket = new();
            }

            bucket.Set(after!);
        }
    }

    private sealed class Bucket
    {
        private readonly Dictionary<ObjectName, T> _objects = [];
        private T[]? _snapshot;

        public T[] Snapshot => _snapshot ??= [.. _objects.Values];

        public void Set(T item)
        {
            _objects[item.Meta.Name] = item;
            _snapshot = null;
        }

        /// <summary>True when nothing is left.</summary>
        public bool Remove(ObjectName name)
        {
            _objects.Remove(name);
            _snapshot = null;
            return _objects.Count == 0;
        }
    }
}
