using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Traffic.Cluster;

/// <summary>Objects in memory, with resourceVersions and generations as an API server gives them: patches that are stale answer Conflict.</summary>
internal sealed class KubeMemory : IKubeApi, IFence
{
    private readonly Dictionary<(string Kind, ObjectName Name), JsonObject> _objects = [];
    private readonly List<Action<string, JsonElement>> _watchers = [];
    private long _version = 100;

    /// <inheritdoc/>
    public string Token { get; set; } = "a-1";

    /// <summary>All patches that were sent, in order.</summary>
    public List<(ObjectName Name, JsonPatch Patch)> Patches { get; } = [];

    /// <summary>How often an object was to be created.</summary>
    public int Creates { get; private set; }

    /// <summary>How often an object was read.</summary>
    public int Reads { get; private set; }

    /// <summary>Answers a patch instead; null = it is carried out.</summary>
    public Func<ObjectName, KubeAnswer?> Refuse { get; set; } = _ => null;

    /// <summary>A cache that is told of every change.</summary>
    public CacheMemory<T> Cache<T>(ObjectKind kind, Func<JsonElement, T?> project)
        where T : class, ICached
    {
        var cache = new CacheMemory<T>();
        _watchers.Add((changed, item) =>
        {
            if (changed == Id(kind) && project(item) is { } seen)
            {
                cache.Put(seen);
            }
        });
        return cache;
    }

    /// <summary>Puts an object there, as somebody else would.</summary>
    public JsonObject Put(ObjectKind kind, JsonObject body, bool isSeen = true)
    {
        var metadata = body["metadata"]!.AsObject();
        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["generation"] ??= 1;
        metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[(Id(kind), Name(body))] = body;
        if (isSeen)
        {
            Show(kind, body);
        }

        return body;
    }

    /// <summary>The object as it is.</summary>
    public JsonObject Find(ObjectKind kind, string name) => _objects[(Id(kind), new("shop", name))];

    /// <summary>Whether it is there.</summary>
    public bool Has(ObjectKind kind, string name) => _objects.ContainsKey((Id(kind), new("shop", name)));

    /// <summary>Changes an object as somebody else would.</summary>
    public void Change(ObjectKind kind, string name, Action<JsonObject> change, bool isSeen = true)
    {
        var before = Find(kind, name);
        var body = before.DeepClone().AsObject();
        change(body);
        Count(before, body);
        Put(kind, body, isSeen);
    }

    public Task<KubeAnswer> GetAsync(ObjectKind kind, ObjectName name, CancellationToken cancellation)
    {
        Reads++;
        return Task.FromResult(_objects.TryGetValue((Id(kind), name), out var body)
            ? new KubeAnswer(KubeOutcome.Done, body.DeepClone().AsObject(), null)
            : new KubeAnswer(KubeOutcome.NotFound, null, $"{kind} {name} does not exist."));
    }

    public Task<KubeAnswer> PatchAsync(ObjectKind kind, ObjectName name, JsonPatch patch, CancellationToken cancellation, string? subresource = null)
    {
        Patches.Add((name, patch));
        return Task.FromResult(Refuse(name) ?? Patch(kind, name, patch));
    }

    public Task<KubeAnswer> CreateAsync(ObjectKind kind, string ns, JsonObject body, CancellationToken cancellation)
    {
        Creates++;
        if (Refuse(Name(body)) is { } refused)
        {
            return Task.FromResult(refused);
        }

        return Task.FromResult(_objects.ContainsKey((Id(kind), Name(body)))
            ? new KubeAnswer(KubeOutcome.AlreadyExists, null, $"{kind} {Name(body)} is there already.")
            : new(KubeOutcome.Done, Put(kind, body.DeepClone().AsObject(), isSeen: false).DeepClone().AsObject(), null));
    }

    public Task<KubeAnswer> DeleteAsync(ObjectKind kind, ObjectName name, string uid, CancellationToken cancellation, string? resourceVersion = null) =>
        Task.FromResult(_objects.Remove((Id(kind), name)) ? new KubeAnswer(KubeOutcome.Done, null, null) : new(KubeOutcome.NotFound, null, $"{kind} {name} does not exist."));

    private KubeAnswer Patch(ObjectKind kind, ObjectName name, JsonPatch patch)
    {
        if (!_objects.TryGetValue((Id(kind), name), out var before))
        {
            return new(KubeOutcome.NotFound, null, $"{kind} {name} does not exist.");
        }

        var condition = (string?)JsonNode.Parse(patch.ToString())![0]!["value"];
        if (condition != (string?)before["metadata"]!["resourceVersion"])
        {
            return new(KubeOutcome.Conflict, null, "The object has been modified.");
        }

        if (PatchedJson.Apply(before, patch) is not { } after)
        {
            return new(KubeOutcome.Invalid, null, "The server refuses the patch.");
        }

        Count(before, after);
        after["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[(Id(kind), name)] = after;
        return new(KubeOutcome.Done, after.DeepClone().AsObject(), null);
    }

    /// <summary>A change of the spec is a new generation, unless whoever changed it said one.</summary>
    private static void Count(JsonObject before, JsonObject after)
    {
        if (!JsonNode.DeepEquals(before["spec"], after["spec"]) && JsonNode.DeepEquals(before["metadata"]!["generation"], after["metadata"]!["generation"]))
        {
            after["metadata"]!["generation"] = long.Parse(after["metadata"]!["generation"]!.ToString(), CultureInfo.InvariantCulture) + 1;
        }
    }

    private void Show(ObjectKind kind, JsonObject body)
    {
        var item = JsonSerializer.SerializeToElement<JsonNode>(body);
        _watchers.ForEach(watcher => watcher(Id(kind), item));
    }

    /// <summary>Two groups may have a kind of the same name, and an object is the same in all versions.</summary>
    private static string Id(ObjectKind kind) => $"{kind.Kind}.{kind.Group}";

    private static ObjectName Name(JsonObject body) => new((string)body["metadata"]!["namespace"]!, (string)body["metadata"]!["name"]!);
}

/// <summary>What an informer would keep.</summary>
internal sealed class CacheMemory<T> : IObjectCache<T>
    where T : class, ICached
{
    private readonly Dictionary<ObjectName, T> _objects = [];

    public bool IsSynced { get; set; } = true;

    public IReadOnlyList<T> All => [.. _objects.Values];

    public T? Find(ObjectName name) => _objects.GetValueOrDefault(name);

    public IReadOnlyList<T> By(string key) => [.. _objects.Values.Where(each => each.IndexKeys.Contains(key))];

    public void Put(T written) => _objects[written.Meta.Name] = written;

    public void Remove(ObjectName name, string uid) => _objects.Remove(name);
}
