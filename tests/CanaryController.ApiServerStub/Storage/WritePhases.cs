using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Fields;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>
/// What happens to an object on its way in, in two halves with the webhooks that change it in between: decode, default and record ownership; then prepare and validate.
/// What is given is in the version of the request. Nothing is stored here.
/// </summary>
internal sealed class WritePhases(Database database, CatalogKeeper catalogs, TimeProvider time, int seed)
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";
    private readonly Random _random = new(seed);
    private readonly ClusterFacts _facts = new(new ClusterAddresses(database).Next);

    public string Now => Clock.Text(time.GetUtcNow());

    /// <summary>A new object as webhooks see it: without uid, and without a name that is to be generated.</summary>
    /// <param name="request">The write.</param>
    /// <param name="obj">What is wanted.</param>
    /// <param name="recorded">Whether its managers are in it already.</param>
    public JsonObject BeginCreate(WriteRequest request, JsonObject obj, bool recorded)
    {
        var metadata = obj.Ensure("metadata");
        ObjectChecks.Namespace(request, metadata);
        if (metadata.Str("resourceVersion") is { Length: > 0 })
        {
            throw Refusal.Of(500, "", "resourceVersion should not be set on objects to be created");
        }

        foreach (var name in new[] { "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion" })
        {
            metadata.Remove(name);
        }

        CheckPlace(request, obj);
        Decode(request, obj);
        request.Type.Rules.Default(obj);
        if (request.Type.IsCustom)
        {
            obj.Ensure("metadata").Remove("creationTimestamp");
        }

        if (!recorded)
        {
            var nothing = request.Type.IsCustom ? new JsonObject() : Typed.Zero(request.Version.Schema);
            Ownership.Update(nothing, obj, isCreate: true, request.Version.Schema, ManagerKey.Updater(request.Manager, request.ApiVersion, request.Subresource), request.Type.Ignored(request.Version, null), Now);
        }

        return obj;
    }

    /// <summary>The new object as it is stored. The caller holds the gate.</summary>
    public JsonObject FinishCreate(WriteRequest request, JsonObject obj)
    {
        Stamp(request, obj);
        if (request.Version.HasStatus)
        {
            obj.Remove("status");
        }

        var stored = Versions.ToStorage(request, obj);
        request.Type.Rules.Prepare(null, stored, _facts);
        if (!request.Type.IsCustom)
        {
            Typed.Write(stored, Versions.StorageSchema(request, catalogs));
        }

        ObjectChecks.Everything(request, null, stored, obj);
        return stored;
    }

    /// <summary>A changed object as webhooks see it: all that the client wants, whether or not it may have it.</summary>
    public JsonObject BeginChange(WriteRequest request, JsonObject live, JsonObject next, bool recorded)
    {
        ObjectChecks.TypeMeta(request, next);
        ObjectChecks.Identity(request, next);
        var managers = next.Map("metadata")?["managedFields"]?.DeepClone();
        Decode(request, next);
        SetManagers(next, managers);
        if (request.Subresource is null or "scale")
        {
            request.Type.Rules.Default(next);
        }

        if (!recorded)
        {
            var tracked = Allowed(request, live, next);
            Ownership.Update(live, tracked, isCreate: false, request.Version.Schema, ManagerKey.Updater(request.Manager, request.ApiVersion, request.Subresource), request.Type.Ignored(request.Version, request.Subresource), Now, emptyResets: !request.Type.IsCustom);
            SetManagers(next, tracked.Map("metadata")?["managedFields"]?.DeepClone());
        }

        return next;
    }

    /// <summary>The changed object as it is stored. The caller holds the gate.</summary>
    public JsonObject FinishChange(WriteRequest request, JsonObject live, JsonObject next)
    {
        CheckSameName(request, next);
        ObjectChecks.Preconditions(request, live, next);
        var allowed = Allowed(request, live, next);
        var before = Versions.ToStorage(request, live);
        var after = Versions.ToStorage(request, allowed);
        if (request.Subresource is null or "scale")
        {
            request.Type.Rules.Prepare(before, after, _facts);
        }

        if (!request.Type.IsCustom)
        {
            Typed.Write(after, Versions.StorageSchema(request, catalogs));
        }

        Generations.Raise(request, before, after);
        ObjectChecks.Everything(request, before, after, allowed);
        return after;
    }

    /// <summary>Reads an object that a webhook changed. A custom one keeps fields that its schema does not know until it is stored, as seen on Kubernetes 1.26.</summary>
    public JsonObject DecodeAdmitted(WriteRequest request, JsonObject before, JsonObject admitted)
    {
        ObjectChecks.TypeMeta(request, admitted);
        var managers = admitted.Map("metadata")?["managedFields"]?.DeepClone();
        if (request.Type.IsCustom)
        {
            Pruner.Default(admitted, request.Version.Schema);
        }
        else
        {
            Decode(request with { FieldValidation = "Ignore" }, admitted);
            if (request.Subresource is null)
            {
                request.Type.Rules.Default(admitted);
            }
        }

        // Managers that cannot be read are those of before.
        var isReadable = managers is not JsonArray { Count: > 0 } || !Managers.Of(admitted).IsEmpty;
        SetManagers(admitted, isReadable ? managers : before.Map("metadata")?["managedFields"]?.DeepClone());
        return admitted;
    }

    /// <summary>Nothing is created in a namespace, or of a kind, that is not there or is going.</summary>
    public void CheckPlace(WriteRequest request, JsonObject obj)
    {
        if (request.Type.Namespaced)
        {
            Lifecycle.CheckNamespace(database, request, obj.Map("metadata").Str("name") ?? "");
        }

        catalogs.CheckNotTerminating(request.Type);
    }

    // A webhook may name a new object; for one that is there it is too late.
    private static void CheckSameName(WriteRequest request, JsonObject next)
    {
        var name = next.Map("metadata").Str("name") ?? "";
        if (name != request.Name)
        {
            var errors = new FieldErrors();
            errors.Invalid("metadata.name", name, "field is immutable");
            errors.ThrowIfAny(request.Type.Group, request.Type.Kind, name);
        }
    }

    // What the API server sets on a new object, whatever the client says.
    private void Stamp(WriteRequest request, JsonObject obj)
    {
        var metadata = obj.Ensure("metadata");
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
    }

    // What is there, with the part of the next one that the request may write.
    private static JsonObject Allowed(WriteRequest request, JsonObject live, JsonObject next)
    {
        var allowed = (JsonObject)Subresources.Restrict(request, live, next).DeepClone();
        SetManagers(allowed, next.Map("metadata")?["managedFields"]?.DeepClone());
        Subresources.KeepSystemFields(live, allowed);
        request.Type.Rules.Default(allowed);
        return allowed;
    }

    private static void SetManagers(JsonObject obj, JsonNode? managers)
    {
        var metadata = obj.Ensure("metadata");
        metadata.Remove("managedFields");
        if (managers is not null)
        {
            metadata["managedFields"] = managers;
        }
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
