using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>What is refused, in the order in which the API server looks.</summary>
internal static class ObjectChecks
{
    public static void TypeMeta(WriteRequest request, JsonObject obj)
    {
        var (kind, apiVersion) = (obj.Str("kind"), obj.Str("apiVersion"));
        if (string.IsNullOrEmpty(kind) || string.IsNullOrEmpty(apiVersion))
        {
            if (request.Type.IsCustom)
            {
                throw Refusal.BadRequest($"Object '{(string.IsNullOrEmpty(kind) ? "Kind" : "apiVersion")}' is missing");
            }

            // A built-in object is decoded as the kind of its URL when it says nothing.
            obj["kind"] = string.IsNullOrEmpty(kind) ? request.Type.Kind : kind;
            obj["apiVersion"] = string.IsNullOrEmpty(apiVersion) ? request.ApiVersion : apiVersion;
        }

        if (obj.Str("apiVersion") != request.ApiVersion)
        {
            throw Refusal.BadRequest($"the API version in the data ({obj.Str("apiVersion")}) does not match the expected API version ({request.ApiVersion})");
        }

        if (obj.Str("kind") != request.Type.Kind)
        {
            throw Refusal.BadRequest($"{obj.Str("kind")} in version \"{request.Version.Name}\" cannot be handled as a {request.Type.Kind}: no kind \"{obj.Str("kind")}\" is registered for version \"{request.ApiVersion}\"");
        }
    }

    /// <summary>A body's namespace is that of the URL; it is set when the body has none.</summary>
    public static void Namespace(WriteRequest request, JsonObject metadata)
    {
        if (!request.Type.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        if (metadata.Str("namespace") is { Length: > 0 } said && said != request.Namespace)
        {
            throw Refusal.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        }

        metadata["namespace"] = request.Namespace;
    }

    public static void Identity(WriteRequest request, JsonObject obj)
    {
        var metadata = obj.Ensure("metadata");
        Namespace(request, metadata);
        var name = metadata.Str("name") ?? "";
        if (name == "")
        {
            throw Refusal.BadRequest("name must be provided");
        }

        if (name != request.Name)
        {
            throw Refusal.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        }
    }

    /// <summary>uid and resourceVersion, where they are given, are those of the object that is there.</summary>
    public static void Preconditions(WriteRequest request, JsonObject live, JsonObject next)
    {
        var (has, wants) = (live.Map("metadata")!, next.Map("metadata")!);
        if (wants.Str("uid") is { Length: > 0 } uid && uid != has.Str("uid"))
        {
            throw Refusal.Conflict(request.Type, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {has.Str("uid")}");
        }

        var version = wants.Str("resourceVersion") ?? "";
        if (version == "" && !request.Type.UnconditionalUpdate)
        {
            var errors = new FieldErrors();
            errors.Add("FieldValueInvalid", "metadata.resourceVersion", "Invalid value: 0x0: must be specified for an update");
            errors.ThrowIfAny(request.Type.Group, request.Type.Plural, request.Name);
        }

        if (version != "" && version != has.Str("resourceVersion"))
        {
            if (!long.TryParse(version, System.Globalization.CultureInfo.InvariantCulture, out _))
            {
                var errors = new FieldErrors();
                errors.Invalid("metadata.resourceVersion", version, "must be an integer");
                errors.ThrowIfAny(request.Type.Group, request.Type.Kind, request.Name);
            }

            throw Refusal.Modified(request.Type, request.Name);
        }
    }

    /// <summary>What a typed decoder cannot read.</summary>
    public static void Types(WriteRequest request, JsonObject obj)
    {
        var schema = request.Type.IsCustom ? request.Version.Schema.Field("metadata") : request.Version.Schema;
        JsonNode checkedNode = request.Type.IsCustom ? obj.Ensure("metadata") : obj;
        if (TypeErrors.First(checkedNode, schema) is { } wrong)
        {
            throw Refusal.BadRequest($"{request.Type.Kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Type.Kind}: {wrong}");
        }
    }

    public static void UnknownFields(WriteRequest request, List<string> unknown)
    {
        if (unknown.Count > 0 && request.FieldValidation == "Strict")
        {
            throw Refusal.BadRequest($"{request.Type.Kind} in version \"{request.Version.Name}\" cannot be handled as a {request.Type.Kind}: strict decoding error: {string.Join(", ", unknown.Select(path => $"unknown field \"{path}\""))}");
        }

        if (request.FieldValidation == "Warn")
        {
            request.Warnings.AddRange(unknown.Select(path => $"unknown field \"{path}\""));
        }
    }

    /// <summary>What may be applied by server-side apply.</summary>
    public static void Configuration(WriteRequest request, JsonObject config)
    {
        var metadata = config.Ensure("metadata");
        if (metadata.ContainsKey("managedFields"))
        {
            throw Refusal.BadRequest("metadata.managedFields must be nil");
        }

        metadata.Fallback("name", request.Name);
        Identity(request, config);
        var unknown = Pruner.Prune(config.DeepClone(), request.Version.Schema);
        if (unknown.Count > 0)
        {
            throw Refusal.Of(500, "", $"failed to create typed patch object ({request.Namespace}/{request.Name}; {request.ApiVersion}, Kind={request.Type.Kind}): .{unknown[0]}: field not declared in schema");
        }

        Types(request, config);
    }

    /// <summary>Everything that makes an object invalid: 422 with all of it.</summary>
    public static void Everything(WriteRequest request, JsonObject? old, JsonObject stored, JsonObject shown)
    {
        var errors = new FieldErrors();
        var name = shown.Map("metadata").Str("name") ?? "";
        MetadataChecks.Check(request, old, stored, errors);
        if (request.Type.IsCustom)
        {
            SchemaValidator.Check(shown, request.Version.Schema, "", errors);
        }

        if (request.Type.IsCustom ? request.Subresource is null : request.Subresource is null or "scale")
        {
            request.Type.Rules.Validate(old, stored, errors);
        }

        errors.ThrowIfAny(request.Type.Group, request.Type.Kind, name);
    }

    /// <summary>Whether a write changes nothing but the times at which managers last wrote.</summary>
    public static bool IsSame(JsonObject before, JsonObject after) => Canonical.Same(before, after) || Canonical.Same(Timeless(before), Timeless(after));

    private static JsonObject Timeless(JsonObject obj)
    {
        var copy = (JsonObject)obj.DeepClone();
        foreach (var entry in copy.Map("metadata").List("managedFields")?.OfType<JsonObject>() ?? [])
        {
            entry.Remove("time");
        }

        return copy;
    }
}
