namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Finds objects by their <see cref="ICached.IndexKeys"/>. Not for several threads at once.</summary>
internal sealed class ObjectIndex<T>
    where T : class, ICached
{
    private readonly Dictionary<string, T[]> _buckets = new(StringComparer.Ordinal);

    /// <summary>All that carry the key; the list never changes afterwards.</summary>
    public IReadOnlyList<T> Find(string key) => _buckets.GetValueOrDefault(key) ?? [];

    /// <summary>Puts <paramref name="after"/> in the place of <paramref name="before"/>; either may be null.</summary>
    public void Replace(T? before, T? after)
    {
        foreach (var key in before?.IndexKeys ?? [])
        {
            if (after is null || !after.IndexKeys.Contains(key, StringComparer.Ordinal))
            {
                Remove(key, before!.Meta.Name);
            }
        }

        foreach (var key in after?.IndexKeys ?? [])
        {
            Set(key, after!);
        }
    }

    /// <summary>Most keys have one object or two: an array that is made anew takes a tenth of the memory that a dictionary does.</summary>
    private void Set(string key, T item)
    {
        var bucket = _buckets.GetValueOrDefault(key) ?? [];
        var at = IndexOf(bucket, item.Meta.Name);
        T[] next = at < 0 ? [.. bucket, item] : [.. bucket];
        next[at < 0 ? ^1 : at] = item;
        _buckets[key] = next;
    }

    private void Remove(string key, ObjectName name)
    {
        if (!_buckets.TryGetValue(key, out var bucket) || IndexOf(bucket, name) is not (>= 0 and var at))
        {
            return;
        }

        if (bucket.Length == 1)
        {
            _buckets.Remove(key);
        }
        else
        {
            _buckets[key] = [.. bucket[..at], .. bucket[(at + 1)..]];
        }
    }

    private static int IndexOf(T[] bucket, ObjectName name) => Array.FindIndex(bucket, each => each.Meta.Name == name);
}
