namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// All objects of one kind, as an informer keeps them: only what is needed of each (<typeparamref name="T"/>). Reading costs no request. It may be a moment old, but never
/// older than what was put in here.
/// </summary>
internal interface IObjectCache<T>
    where T : class, ICached
{
    /// <summary>True once the first list was read; before that nothing may be decided by what is missing here.</summary>
    bool IsSynced { get; }

    /// <summary>The object; null when there is none.</summary>
    T? Find(ObjectName name);

    /// <summary>All objects that carry <paramref name="key"/> among <see cref="ICached.IndexKeys"/>.</summary>
    IReadOnlyList<T> By(string key);

    /// <summary>All of them.</summary>
    IReadOnlyList<T> All { get; }

    /// <summary>Takes over what the server answered to a write of ours, unless something newer is here already: whoever writes reads it back at once.</summary>
    void Put(T written);

    /// <summary>Takes over that an object was deleted by us.</summary>
    void Remove(ObjectName name, string uid);
}

/// <summary>What an informer keeps of an object.</summary>
internal interface ICached
{
    /// <summary>Its metadata.</summary>
    ObjectMeta Meta { get; }

    /// <summary>What it is looked up by, beside its name; few and short.</summary>
    IReadOnlyList<string> IndexKeys { get; }

    /// <summary>The version of the API that it was read in, where a kind is read in several and written in the one that it was read in; otherwise null.</summary>
    ObjectKind? Served => null;
}
