using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Admission;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Deletes objects: at once, or when their finalizers, their grace period or what is in them is gone.</summary>
internal sealed class ObjectDeleter(Database database, CatalogKeeper catalogs, ObjectWriter writer, Admitter admitter, TimeProvider time)
{
    private const int MaxAttempts = 50;
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    /// <summary>Asks the webhooks, then deletes what they were asked about.</summary>
    /// <returns>The object as it is after the request, and whether it is gone.</returns>
    public async ValueTask<(JsonObject Object, bool IsGone)> DeleteAsync(WriteRequest request, DeleteRequest options, CancellationToken stop = default)
    {
        if (!admitter.IsAsked(request))
        {
            return DeleteUnasked(request, options);
        }

        // The request that names no object deletes several: webhooks are not told the name then.
        var asked = request with { DryRun = request.DryRun || options.DryRun, Name = options.IsOfSeveral ? "" : request.Name };
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var current = Current(request);
            CheckPreconditions(request, options, current.Parse());
            var attributes = AdmissionAttributes.Of(asked, Versions.View(request, current.Parse()), null);
            await admitter.MutateAsync(attributes, changed => changed, stop);
            await admitter.ValidateAsync(attributes, stop);
            lock (database.Gate)
            {
                if (ReferenceEquals(Current(request), current))
                {
                    return DeleteUnasked(request, options);
                }
            }
        }

        throw Refusal.Modified(request.Type, request.Name);
    }

    /// <summary>Deletes without asking any webhook.</summary>
    /// <returns>The object as it is after the request, and whether it is gone.</returns>
    public (JsonObject Object, bool IsGone) DeleteUnasked(WriteRequest request, DeleteRequest options)
    {
        lock (database.Gate)
        {
            var obj = Current(request).Parse();
            CheckPreconditions(request, options, obj);
            var before = (JsonObject)obj.DeepClone();
            SetFinalizers(obj, options.Propagation);
            var grace = GraceOf(request, obj, options);
            Mark(request, obj, grace);
            var isGone = Lifecycle.IsOver(request.StorageKey, obj);
            if (!options.DryRun && !request.DryRun && !(Canonical.Same(before, obj) && !isGone))
            {
                writer.Store(request.StorageKey, obj);
                DeleteInstances(request, obj);
            }

            return (Versions.View(request, obj), isGone);
        }
    }

    private StoredObject Current(WriteRequest request) => database.Find(request.StorageKey, request.Namespace, request.Name) ?? throw Refusal.NotFound(request.Type, request.Name);

    private static void CheckPreconditions(WriteRequest request, DeleteRequest options, JsonObject obj)
    {
        var metadata = obj.Map("metadata");
        if (options.Uid is { } uid && uid != metadata.Str("uid"))
        {
            throw Refusal.Conflict(request.Type, request.Name, $"the UID in the precondition ({uid}) does not match the UID in record ({metadata.Str("uid")}). The object might have been deleted and then recreated");
        }

        if (options.ResourceVersion is { } version && version != metadata.Str("resourceVersion"))
        {
            throw Refusal.Conflict(request.Type, request.Name, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({metadata.Str("resourceVersion")}). The object might have been modified");
        }
    }

    private static void SetFinalizers(JsonObject obj, string? propagation)
    {
        if (propagation is null)
        {
            return;
        }

        var metadata = obj.Ensure("metadata");
        var finalizers = (metadata.List("finalizers") ?? []).Select(finalizer => finalizer!.GetValue<string>()).Where(finalizer => finalizer is not (Foreground or Orphan)).ToList();
        if (propagation == "Foreground")
        {
            finalizers.Add(Foreground);
        }
        else if (propagation == "Orphan")
        {
            finalizers.Add(Orphan);
        }

        if (finalizers.Count == 0)
        {
            metadata.Remove("finalizers");
        }
        else
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => JsonValue.Create(finalizer))]);
        }
    }

    // Only pods wait for their processes: those that are on a node and still run.
    private static long GraceOf(WriteRequest request, JsonObject obj, DeleteRequest options)
    {
        if (request.StorageKey != "core/pods" || string.IsNullOrEmpty(obj.Map("spec").Str("nodeName")) || obj.Map("status").Str("phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        return Math.Max(0, options.GraceSeconds ?? obj.Map("spec").Num("terminationGracePeriodSeconds") ?? 30);
    }

    private void Mark(WriteRequest request, JsonObject obj, long grace)
    {
        var metadata = obj.Ensure("metadata");
        if (metadata.Str("deletionTimestamp") is null)
        {
            metadata["deletionTimestamp"] = Clock.Text(time.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            Generations.Bump(obj);
            if (request.StorageKey == "core/namespaces")
            {
                metadata.Remove("deletionGracePeriodSeconds");
                obj.Ensure("status")["phase"] = "Terminating";
            }
        }
        else if (grace < (metadata.Num("deletionGracePeriodSeconds") ?? 0))
        {
            // A grace period is only ever shortened.
            metadata["deletionTimestamp"] = Clock.Text(time.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
        }
    }

    // A CRD takes its resources with it.
    private void DeleteInstances(WriteRequest request, JsonObject obj)
    {
        if (request.Type.Rules is not CrdRules || catalogs.Current.Find(CatalogKeeper.KeyOf(obj)) is not { } type)
        {
            return;
        }

        foreach (var instance in database.Table(type.Key).Values)
        {
            DeleteUnasked(new() { Type = type, Version = type.Stored, Namespace = instance.Name.Namespace, Name = instance.Name.Name }, new());
        }

        catalogs.Finish(type);
    }
}
