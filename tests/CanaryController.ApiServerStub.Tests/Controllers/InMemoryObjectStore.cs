using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>Objects in memory with what controllers depend on: uid, resourceVersion, generation, deletion with finalizers.</summary>
internal sealed class InMemoryObjectStore(TimeProvider time) : IObjectStore
{
    private readonly Lock _gate = new();
    private readonly Lock _telling = new();
    private readonly SortedDictionary<(string Resource, string Namespace, string Name), JsonObject> _objects = [];
    private readonly Queue<ObjectChange> _untold = new();
    private long _version;
    private int _uids;

    public event Action<ObjectChange>? Changed;

    /// <summary>Grows with each change.</summary>
    public long Version => Interlocked.Read(ref _version);

    public JsonObject? Find(string resource, string? ns, string name)
    {
        lock (_gate)
        {
            return _objects.TryGetValue((resource, ns ?? "", name), out var found) ? found.Copy() : null;
        }
    }

    public IReadOnlyList<JsonObject> List(string resource, string? ns)
    {
        lock (_gate)
        {
            return [.. _objects.Where(o => o.Key.Resource == resource && (ns is null || o.Key.Namespace == ns)).Select(o => o.Value.Copy())];
        }
    }

    public JsonObject Create(string resource, JsonObject body)
    {
        var item = body.Copy();
        lock (_gate)
        {
            var key = Key(resource, item);
            if (_objects.ContainsKey(key))
            {
                throw new ApiException(409, "AlreadyExists", $"{resource} {key.Name} exists already");
            }

            if (item.Namespace() is { } ns && _objects.TryGetValue((Resources.Namespaces, "", ns), out var space) && space.IsBeingDeleted())
            {
                throw new ApiException(403, "Forbidden", $"namespace {ns} is being terminated");
            }

            CheckOwners(item);
            item.Child("metadata")["uid"] = $"uid-{(++_uids).ToString("D6", CultureInfo.InvariantCulture)}";
            item.Child("metadata")["creationTimestamp"] = time.Stamp();
            item.Child("metadata")["generation"] = 1;
            Store("ADDED", key, item);
        }

        Tell();
        return item.Copy();
    }

    public JsonObject Update(string resource, JsonObject body, string? subresource = null)
    {
        JsonObject item;
        lock (_gate)
        {
            var key = Key(resource, body);
            if (!_objects.TryGetValue(key, out var now))
            {
                throw new ApiException(404, "NotFound", $"{resource} {key.Name} not found");
            }

            if (body.Text("metadata", "resourceVersion") is { } version && version != now.Text("metadata", "resourceVersion"))
            {
                throw new ApiException(409, "Conflict", "the object has been modified; please apply your changes to the latest version and try again");
            }

            item = subresource == "status" ? MergeStatus(now, body) : Merge(resource, now, body);
            CheckOwners(item);
            if (JsonNode.DeepEquals(item, now))
            {
                return item;
            }

            Store(MayGo(resource, item) ? "DELETED" : "MODIFIED", key, item);
        }

        Tell();
        return item.Copy();
    }

    public void Delete(string resource, string? ns, string name, string? propagation = null)
    {
        lock (_gate)
        {
            var key = (resource, ns ?? "", name);
            if (!_objects.TryGetValue(key, out var now))
            {
                return;
            }

            var item = now.Copy();
            var finalizer = propagation switch { "Foreground" => "foregroundDeletion", "Orphan" => "orphan", _ => null };
            if (finalizer is not null && !item.HasFinalizer(finalizer))
            {
                var finalizers = item.At("metadata", "finalizers") as JsonArray ?? [];
                item.Child("metadata")["finalizers"] = finalizers;
                finalizers.Add(finalizer);
            }

            item.Child("metadata")["deletionTimestamp"] ??= time.Stamp();
            if (JsonNode.DeepEquals(item, now))
            {
                return;
            }

            Store(MayGo(resource, item) ? "DELETED" : "MODIFIED", key, item);
        }

        Tell();
    }

    private static bool MayGo(string resource, JsonObject item) =>
        item.IsBeingDeleted()
        && item.At("metadata", "finalizers") is not JsonArray { Count: > 0 }
        && (resource != Resources.Namespaces || item.At("spec", "finalizers") is not JsonArray { Count: > 0 });

    /// <summary>A status write of a Deployment may write annotations too, and none of them moves the generation.</summary>
    private static JsonObject MergeStatus(JsonObject now, JsonObject body)
    {
        var item = now.Copy();
        item["status"] = body["status"]?.DeepClone();
        if (now.Text("kind") == "Deployment" && body.At("metadata", "annotations") is { } annotations)
        {
            item.Child("metadata")["annotations"] = annotations.DeepClone();
        }

        return item;
    }

    private static JsonObject Merge(string resource, JsonObject now, JsonObject body)
    {
        var item = body.Copy();
        foreach (var name in (string[])["uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp"])
        {
            item.Child("metadata").Remove(name);
            if (now.At("metadata", name) is { } value)
            {
                item.Child("metadata")[name] = value.DeepClone();
            }
        }

        item.Remove("status");
        if (now["status"] is { } status)
        {
            item["status"] = status.DeepClone();
        }

        var changed = !JsonNode.DeepEquals(item["spec"], now["spec"])
            || (resource == Resources.Deployments && !JsonNode.DeepEquals(item.At("metadata", "annotations"), now.At("metadata", "annotations")));
        item.Child("metadata")["generation"] = now.Generation() + (changed ? 1 : 0);
        return item;
    }

    private static void CheckOwners(JsonObject item)
    {
        if (item.OwnerReferences().Count(r => r.Flag("controller")) > 1)
        {
            throw new ApiException(422, "Invalid", "only one reference can have controller set to true");
        }
    }

    private void Store(string type, (string Resource, string Namespace, string Name) key, JsonObject item)
    {
        item.Child("metadata")["resourceVersion"] = Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
        if (type == "DELETED")
        {
            _objects.Remove(key);
        }
        else
        {
            _objects[key] = item.Copy();
        }

        _untold.Enqueue(new(type, key.Resource, item.Copy()));
    }

    private void Tell()
    {
        lock (_telling)
        {
            while (Next() is { } change)
            {
                Changed?.Invoke(change);
            }
        }
    }

    private ObjectChange? Next()
    {
        lock (_gate)
        {
            return _untold.TryDequeue(out var change) ? change : null;
        }
    }

    private static (string Resource, string Namespace, string Name) Key(string resource, JsonObject item) => (resource, item.Namespace() ?? "", item.Name());
}
