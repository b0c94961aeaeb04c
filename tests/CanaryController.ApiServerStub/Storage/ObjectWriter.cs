using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Admission;
using CanaryController.ApiServerStub.Fields;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>
/// Creates and changes objects as the API server does: <see cref="WritePhases"/>, webhooks, store. While webhooks are asked nobody is kept waiting: what was written meanwhile
/// makes the whole write start again, or fail when it names a resourceVersion.
/// </summary>
internal sealed class ObjectWriter(Database database, CatalogKeeper catalogs, Admitter admitter, WritePhases phases)
{
    private const int MaxAttempts = 50;

    public async ValueTask<JsonObject> CreateAsync(WriteRequest request, JsonObject body, CancellationToken stop = default)
    {
        var obj = (JsonObject)body.DeepClone();
        ObjectChecks.TypeMeta(request, obj);
        return await InsertAsync(request, obj, recorded: false, stop);
    }

    public async ValueTask<JsonObject> ReplaceAsync(WriteRequest request, JsonObject body, CancellationToken stop = default)
    {
        ObjectChecks.TypeMeta(request, body);
        return await WriteAsync(
            request,
            _ => (JsonObject)body.DeepClone(),
            () =>
            {
                if (!request.Type.CreateOnUpdate || body.Map("metadata").Str("uid") is not null)
                {
                    throw Refusal.NotFound(request.Type, request.Name);
                }

                var made = (JsonObject)body.DeepClone();
                ObjectChecks.Identity(request, made);
                return made;
            },
            recorded: false,
            stop);
    }

    /// <summary>Changes an object by a function of what is there; the function sees the object in the version of the request, and is called again when another write comes between.</summary>
    public ValueTask<JsonObject> PatchAsync(WriteRequest request, Func<JsonObject, JsonObject> patch, CancellationToken stop = default) =>
        WriteAsync(request, patch, () => throw Refusal.NotFound(request.Type, request.Name), recorded: false, stop);

    /// <summary>Server-side apply.</summary>
    public async ValueTask<JsonObject> ApplyAsync(WriteRequest request, JsonObject body, bool force, CancellationToken stop = default)
    {
        var config = (JsonObject)body.DeepClone();
        ObjectChecks.TypeMeta(request, config);
        ObjectChecks.Configuration(request, config);
        var applier = ManagerKey.Applier(request.Manager, request.Subresource);
        var ignored = request.Type.Ignored(request.Version, request.Subresource);
        JsonObject Merged(JsonObject live, bool isCreate) => Ownership.Apply(live, config, isCreate, request.Version.Schema, applier, force, ignored, phases.Now);
        return await WriteAsync(
            request,
            live => Merged(live, isCreate: false),
            () => request.Subresource is null ? Merged([], isCreate: true) : throw Refusal.NotFound(request.Type, request.Name),
            recorded: true,
            stop);
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

    private async ValueTask<JsonObject> WriteAsync(WriteRequest request, Func<JsonObject, JsonObject> change, Func<JsonObject> make, bool recorded, CancellationToken stop)
    {
        if (!admitter.IsAsked(request))
        {
            return WriteAlone(request, change, make, recorded);
        }

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (Find(request) is { } current)
            {
                if (await ChangeAsync(request, current, change, recorded, stop) is { } changed)
                {
                    return changed;
                }

                continue;
            }

            try
            {
                return await InsertAsync(request, make(), recorded, stop);
            }
            catch (ApiException refusal) when (refusal.Reason == "AlreadyExists" && attempt < MaxAttempts)
            {
                // Somebody else was quicker: it is a change now.
            }
        }

        throw Refusal.Modified(request.Type, request.Name);
    }

    private JsonObject WriteAlone(WriteRequest request, Func<JsonObject, JsonObject> change, Func<JsonObject> make, bool recorded)
    {
        lock (database.Gate)
        {
            if (Find(request) is not { } current)
            {
                return Insert(request, phases.FinishCreate(request, phases.BeginCreate(request, make(), recorded)));
            }

            var live = Versions.View(request, current.Parse());
            return Commit(request, live, phases.FinishChange(request, live, phases.BeginChange(request, live, change(live), recorded)));
        }
    }

    // What is given is in the version of the request.
    private async ValueTask<JsonObject> InsertAsync(WriteRequest request, JsonObject obj, bool recorded, CancellationToken stop)
    {
        if (!admitter.IsAsked(request))
        {
            lock (database.Gate)
            {
                return Insert(request, phases.FinishCreate(request, phases.BeginCreate(request, obj, recorded)));
            }
        }

        var admitted = await MutateAsync(request, null, phases.BeginCreate(request, obj, recorded), stop);
        JsonObject stored;
        lock (database.Gate)
        {
            stored = phases.FinishCreate(request, admitted);
        }

        await admitter.ValidateAsync(Attributes(request, null, stored), stop);
        lock (database.Gate)
        {
            phases.CheckPlace(request, stored);
            return Insert(request, Pruned(request, stored));
        }
    }

    // Null when somebody else wrote meanwhile.
    private async ValueTask<JsonObject?> ChangeAsync(WriteRequest request, StoredObject current, Func<JsonObject, JsonObject> change, bool recorded, CancellationToken stop)
    {
        var live = Versions.View(request, current.Parse());
        var admitted = await MutateAsync(request, live, phases.BeginChange(request, live, change(live), recorded), stop);
        JsonObject after;
        lock (database.Gate)
        {
            after = phases.FinishChange(request, live, admitted);
        }

        await admitter.ValidateAsync(Attributes(request, live, after), stop);
        lock (database.Gate)
        {
            return ReferenceEquals(Find(request), current) ? Commit(request, live, Pruned(request, after)) : null;
        }
    }

    private async ValueTask<JsonObject> MutateAsync(WriteRequest request, JsonObject? live, JsonObject next, CancellationToken stop)
    {
        var attributes = AdmissionAttributes.Of(request, live, next);
        var isScale = request.Subresource == "scale";
        var admitted = await admitter.MutateAsync(attributes, changed => isScale ? changed : phases.DecodeAdmitted(request, next, changed), stop);
        return ReferenceEquals(admitted, attributes.Object) ? next : isScale ? Scales.Apply(next, admitted!) : admitted!;
    }

    // A judging webhook sees what will be stored, in the version of the request.
    private static AdmissionAttributes Attributes(WriteRequest request, JsonObject? live, JsonObject stored) =>
        AdmissionAttributes.Of(request, live, Versions.View(request, (JsonObject)stored.DeepClone()));

    private static JsonObject Pruned(WriteRequest request, JsonObject obj)
    {
        if (request.Type.IsCustom)
        {
            Pruner.Prune(obj, request.Type.Stored.Schema);
        }

        return obj;
    }

    private StoredObject? Find(WriteRequest request) => database.Find(request.StorageKey, request.Namespace, request.Name);

    // The caller holds the gate.
    private JsonObject Insert(WriteRequest request, JsonObject stored)
    {
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

    // The caller holds the gate.
    private JsonObject Commit(WriteRequest request, JsonObject live, JsonObject after)
    {
        if (ObjectChecks.IsSame(Versions.ToStorage(request, live), after))
        {
            return live;
        }

        if (!request.DryRun)
        {
            Store(request.StorageKey, after);
        }

        return Versions.View(request, after);
    }
}
