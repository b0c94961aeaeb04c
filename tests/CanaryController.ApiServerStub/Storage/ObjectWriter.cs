using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Fields;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Creates and changes objects as the API server does: decode, prune, default, record ownership, prepare, validate, store.</summary>
internal sealed class ObjectWriter(Database database, CatalogKeeper catalogs, TimeProvider time, int seed)
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";
    private readonly Random _random = new(seed);
    private readonly ClusterFacts _facts = new(new ClusterAddresses(database).Next);

    public string Now => Clock.Text(time.GetUtcNow());

    public JsonObject Create(WriteRequest request, JsonObject body)
    {
        var obj = (JsonObject)body.DeepClone();
        ObjectChecks.TypeMeta(request, obj);
        lock (database.Gate)
        {
            Stamp(request, obj);
            Decode(request, obj);
            return Insert(request, obj, recorded: false);
        }
    }

    public JsonObject Replace(WriteRequest request, JsonObject body)
    {
        var next = (JsonObject)body.DeepClone();
        ObjectChecks.TypeMeta(request, next);
        lock (database.Gate)
        {
            if (database.Find(request.StorageKey, request.Namespace, request.Name) is not { } current)
            {
                if (!request.Type.CreateOnUpdate || next.Map("metadata").Str("uid") is not null)
                {
                    throw Refusal.NotFound(request.Type, request.Name);
                }

                ObjectChecks.Identity(request, next);
                Stamp(request, next);
                Decode(request, next);
                return Insert(request, next, recorded: false);
            }

            return Commit(request, Versions.View(request, current.Parse()), next, recorded: false);
        }
    }

    /// <summary>Changes an object by a function of what is there; the function sees the object in the version of the request.</summary>
    public JsonObject Patch(WriteRequest request, Func<JsonObject, JsonObject> patch)
    {
        lock (database.Gate)
        {
            var current = database.Find(request.StorageKey, request.Namespace, request.Name) ?? throw Refusal.NotFound(request.Type, request.Name);
            var live = Versions.View(request, current.Parse());
            return Commit(request, live, patch(live), recorded: false);
        }
    }

    /// <summary>Server-side apply.</summary>
    public JsonObject Apply(WriteRequest request, JsonObject body, bool force)
    {
        var config = (JsonObject)body.DeepClone();
        ObjectChecks.TypeMeta(request, config);
        ObjectChecks.Configuration(request, config);
        lock (database.Gate)
        {
            var applier = ManagerKey.Applier(request.Manager, request.Subresource);
            var ignored = request.Type.Ignored(request.Version, request.Subresource);
            if (database.Find(request.StorageKey, request.Namespace, request.Name) is { } current)
            {
                var live = Versions.View(request, current.Parse());
                return Commit(request, live, Ownership.Apply(live, config, isCreate: false, request.Version.Schema, applier, force, ignored, Now), recorded: true);
            }

            if (request.Subresource is not null)
            {
                throw Refusal.NotFound(request.Type, request.Name);
            }

            var made = Ownership.Apply([], config, isCreate: true, request.Version.Schema, applier, force, ignored, Now);
            Stamp(request, made);
            Decode(request, made);
            return Insert(request, made, recorded: true);
        }
    }

    // The caller holds the gate.
    private JsonObject Insert(WriteRequest request, JsonObject obj, bool recorded)
    {
        var schema = request.Version.Schema;
        if (request.Version.HasStatus)
        {
            obj.Remove("status");
        }

        request.Type.Rules.Default(obj);
        if (!recorded)
        {
            var nothing = request.Type.IsCustom ? new JsonObject() : Typed.Zero(schema);
            Ownership.Update(nothing, obj, isCreate: true, schema, ManagerKey.Updater(request.Manager, request.ApiVersion, request.Subresource), request.Type.Ignored(request.Version, null), Now);
        }

        var stored = Versions.ToStorage(request, obj);
        request.Type.Rules.Prepare(null, stored, _facts);
        if (!request.Type.IsCustom)
        {
            Typed.Write(stored, Versions.StorageSchema(request, catalogs));
        }

        ObjectChecks.Everything(request, null, stored, obj);
        var name = StoredObject.NameOf(stored);
        if (database.Find(request.StorageKey, name.Namespace, name.Name) is not null)
        {
            throw Refusal.AlreadyExists(request.Type, name.Name);
        }

        if (!request.DryRun)
        {
            database.Put(request.StorageKey, stored);
            catalogs.Written(request.StorageKey, stored);
        }

        return Versions.View(request, stored);
    }

    // The caller holds the gate. What is given as live and next is in the version of the request.
    private JsonObject Commit(WriteRequest request, JsonObject live, JsonObject next, bool recorded)
    {
        ObjectChecks.TypeMeta(request, next);
        ObjectChecks.Identity(request, next);
        ObjectChecks.Preconditions(request, live, next);
        var managedFields = next.Map("metadata")?["managedFields"]?.DeepClone();
        Decode(request, next);
        next = Subresources.Restrict(request, live, next);
        if (managedFields is not null)
        {
            next.Ensure("metadata")["managedFields"] = managedFields;
        }

        Subresources.KeepSystemFields(live, next);
        request.Type.Rules.Default(next);
        if (!recorded)
        {
            Ownership.Update(live, next, isCreate: false, request.Version.Schema, ManagerKey.Updater(request.Manager, request.ApiVersion, request.Subresource), request.Type.Ignored(request.Version, request.Subresource), Now, emptyResets: !request.Type.IsCustom);
        }

        var before = Versions.ToStorage(request, live);
        var after = Versions.ToStorage(request, next);
        if (request.Subresource is null or "scale")
        {
            request.Type.Rules.Prepare(before, after, _facts);
        }

        if (!request.Type.IsCustom)
        {
            Typed.Write(after, Versions.StorageSchema(request, catalogs));
        }

        Generations.Raise(request, before, after);
        ObjectChecks.Everything(request, before, after, next);
        if (ObjectChecks.IsSame(before, after))
        {
            return live;
        }

        if (!request.DryRun)
        {
            Store(request.StorageKey, after);
        }

        return Versions.View(request, after);
    }

    /// <summary>Writes a changed object, or removes it when nothing keeps a deleted one any more. The caller holds the gate.</summary>
    public void Store(string key, JsonObject obj)
    {
        if (Lifecycle.IsOver(key, obj))
        {
            database.Remove(key, obj);
            catalogs.Removed(key, obj);
        }
        else
        {
            database.Put(key, obj);
            catalogs.Written(key, obj);
        }
    }

    // What the API server sets on a new object, whatever the client says.
    private void Stamp(WriteRequest request, JsonObject obj)
    {
        var metadata = obj.Ensure("metadata");
        ObjectChecks.Namespace(request, metadata);
        if (metadata.Str("resourceVersion") is { Length: > 0 })
        {
            throw Refusal.Of(500, "", "resourceVersion should not be set on objects to be created");
        }

        foreach (var name in new[] { "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion" })
        {
            metadata.Remove(name);
        }

        if (metadata.Str("name") is null or "" && metadata.Str("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + new string(_random.GetItems<char>(NameLetters, 5));
        }

        var uid = new byte[16];
        _random.NextBytes(uid);
        metadata["uid"] = new Guid(uid).ToString();
        metadata["creationTimestamp"] = Now;
        if (request.Type.Generation != GenerationRule.None)
        {
            metadata["generation"] = 1;
        }

        if (request.Type.Namespaced)
        {
            Lifecycle.CheckNamespace(database, request, metadata.Str("name") ?? "");
        }

        catalogs.CheckNotTerminating(request.Type);
    }

    private static void Decode(WriteRequest request, JsonObject obj)
    {
        ObjectChecks.Types(request, obj);
        var unknown = Pruner.Prune(obj, request.Version.Schema);
        ObjectChecks.UnknownFields(request, unknown);
        if (request.Type.IsCustom)
        {
            Typed.Write(obj.Ensure("metadata"), request.Version.Schema.Field("metadata"));
            Pruner.Default(obj, request.Version.Schema);
        }
        else
        {
            Typed.Write(obj, request.Version.Schema);
        }
    }
}
