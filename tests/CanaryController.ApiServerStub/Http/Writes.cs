using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Admission;
using CanaryController.ApiServerStub.Patches;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Answers POST, PUT, PATCH and DELETE.</summary>
internal sealed class Writes(ObjectStore store)
{
    public async Task<Answer> CreateAsync(Call call)
    {
        var request = call.Write();
        var body = await Bodies.ReadObjectAsync(call.Context.Request, call.Stop);
        if (request.Type.Namespaced && request.Namespace == "")
        {
            throw Refusal.BadRequest("an empty namespace may not be set during creation");
        }

        return Json(request, await store.Writer.CreateAsync(request, body, call.Stop), 201);
    }

    public async Task<Answer> UpdateAsync(Call call, string? subresource)
    {
        var request = call.Write(subresource);
        var body = await Bodies.ReadObjectAsync(call.Context.Request, call.Stop);
        return subresource == "scale"
            ? Json(request, Scales.Of(call.Type, await store.Writer.PatchAsync(request, live => Scales.Apply(live, body), call.Stop)))
            : Json(request, await store.Writer.ReplaceAsync(request, body, call.Stop));
    }

    public async Task<Answer> PatchAsync(Call call, string? subresource)
    {
        var request = call.Write(subresource);
        var media = (call.Context.Request.ContentType ?? "").Split(';')[0].Trim();
        var body = await Bodies.ReadAsync(call.Context.Request, call.Stop);
        if (media == "application/apply-patch+yaml")
        {
            return await ApplyAsync(call, request, body);
        }

        Func<JsonObject, JsonObject> patch = media switch
        {
            "application/json-patch+json" => target => JsonPatch.Apply(target, body),
            "application/merge-patch+json" => target => MergePatch.Apply(target, body),
            "application/strategic-merge-patch+json" when !call.Type.IsCustom => target => StrategicMergePatch.Apply(target, body, call.Version.Schema),
            _ => throw Refusal.Of(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"),
        };
        return subresource == "scale"
            ? Json(request, Scales.Of(call.Type, await store.Writer.PatchAsync(request, live => Scales.Apply(live, patch(Scales.Of(call.Type, live))), call.Stop)))
            : Json(request, await store.Writer.PatchAsync(request, patch, call.Stop));
    }

    public async Task<Answer> DeleteAsync(Call call)
    {
        var options = await OptionsAsync(call);
        var request = call.Write() with { Options = options.Told };
        var (obj, isGone) = await store.Deleter.DeleteAsync(request, options, call.Stop);
        return isGone && request.StorageKey is not ("core/pods" or "core/services" or "core/serviceaccounts")
            ? Answer.Deleted(call.Path.Name, call.Type.Group, call.Type.Plural, obj.Map("metadata").Str("uid"))
            : Json(request, obj);
    }

    public async Task<Answer> DeleteSeveralAsync(Call call)
    {
        var options = await OptionsAsync(call);
        var selectors = call.Selectors();
        var table = store.Database.Table(call.Type.AliasOf ?? call.Type.Key);
        var deleted = table.Values.Where(selectors.Matches).ToList();
        foreach (var stored in deleted)
        {
            try
            {
                var request = call.Write() with { Namespace = stored.Name.Namespace, Name = stored.Name.Name, Options = options.Told };
                await store.Deleter.DeleteAsync(request, options with { IsOfSeveral = true }, call.Stop);
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                // Somebody else was quicker.
            }
        }

        var metadata = new JsonObject { ["resourceVersion"] = store.Database.Version.ToString(CultureInfo.InvariantCulture) };
        return new(200, Lists.Write(call.Type, call.Version, metadata, deleted));
    }

    /// <summary>Evicts a pod: deletes it, which webhooks are asked about as an eviction only. Budgets are not asked.</summary>
    public async Task<Answer> EvictAsync(Call call)
    {
        var body = await Bodies.ReadObjectAsync(call.Context.Request, call.Stop);
        body.Fallback("apiVersion", "policy/v1");
        body.Fallback("kind", "Eviction");
        body.Ensure("metadata")["namespace"] = call.Path.Namespace;
        var options = ReadOptions(body.Map("deleteOptions") ?? []);
        var request = call.Write();
        var evicted = request with { Subresource = "eviction", DryRun = request.DryRun || options.DryRun };
        if (store.Admitter.IsAsked(evicted))
        {
            var attributes = AdmissionAttributes.Of(evicted, null, body);
            var admitted = await store.Admitter.MutateAsync(attributes, changed => changed, call.Stop);
            await store.Admitter.ValidateAsync(attributes with { Object = admitted }, call.Stop);
        }

        store.Deleter.DeleteUnasked(request, options);
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };
        return Answer.Json(status, 201) with { Warnings = call.Warnings };
    }

    private async Task<Answer> ApplyAsync(Call call, WriteRequest request, JsonNode? body)
    {
        if (call.Query("fieldManager") is null or "")
        {
            throw Refusal.Of(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        if (request.Subresource == "scale" || body is not JsonObject config)
        {
            throw Refusal.BadRequest("error decoding YAML: an object is wanted");
        }

        var existed = store.Database.Find(request.StorageKey, request.Namespace, request.Name) is not null;
        var applied = await store.Writer.ApplyAsync(request, config, call.Query("force") is "true" or "1", call.Stop);
        return Json(request, applied, existed ? 200 : 201);
    }

    private static async Task<DeleteRequest> OptionsAsync(Call call)
    {
        var options = await Bodies.ReadAsync(call.Context.Request, call.Stop) as JsonObject ?? [];
        foreach (var name in new[] { "propagationPolicy", "gracePeriodSeconds", "orphanDependents" })
        {
            if (call.Query(name) is { Length: > 0 } value)
            {
                options[name] = name switch
                {
                    "gracePeriodSeconds" => JsonValue.Create(long.Parse(value, CultureInfo.InvariantCulture)),
                    "orphanDependents" => JsonValue.Create(value is "true" or "1"),
                    _ => JsonValue.Create(value),
                };
            }
        }

        if (call.IsDryRun)
        {
            options["dryRun"] = new JsonArray("All");
        }

        return ReadOptions(options);
    }

    private static DeleteRequest ReadOptions(JsonObject options)
    {
        var propagation = options.Str("propagationPolicy") ?? (options.Flag("orphanDependents") is { } orphan ? orphan ? "Orphan" : "Background" : null);
        if (propagation is not (null or "Background" or "Foreground" or "Orphan"))
        {
            throw Refusal.Of(422, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"{propagation}\": DeletionPropagation need to be one of \"Foreground\", \"Background\", \"Orphan\" or nil");
        }

        var dryRun = options.List("dryRun");
        return new()
        {
            Propagation = propagation,
            GraceSeconds = options.Num("gracePeriodSeconds"),
            Uid = options.Map("preconditions").Str("uid"),
            ResourceVersion = options.Map("preconditions").Str("resourceVersion"),
            DryRun = dryRun is { Count: > 0 },
            Told = options,
        };
    }

    private static Answer Json(WriteRequest request, JsonObject obj, int code = 200) => Answer.Json(obj, code) with { Warnings = request.Warnings };
}
