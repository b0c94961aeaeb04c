using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>CustomResourceDefinitions: a structural schema is demanded, as the API does. Accepted ones are established at once.</summary>
internal sealed class CrdRules : KindRules
{
    /// <summary>Keeps a CRD until its resources are gone.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var names = spec.Ensure("names");
        if (names.Str("kind") is { } kind)
        {
            names.Fallback("singular", kind.ToLowerInvariant());
            names.Fallback("listKind", kind + "List");
        }

        spec.Ensure("conversion").Fallback("strategy", "None");
    }

    public override void Prepare(JsonObject? old, JsonObject obj, ClusterFacts facts)
    {
        var spec = obj.Map("spec");
        var stored = spec.List("versions")?.FirstOrDefault(version => version.Flag("storage") == true).Str("name");
        var status = (JsonObject)(obj.Map("status")?.DeepClone() ?? new JsonObject());
        status["acceptedNames"] = spec.Map("names")?.DeepClone();
        var versions = status.List("storedVersions") ?? [];
        if (stored is not null && !versions.Any(version => version!.GetValue<string>() == stored))
        {
            versions.Add(stored);
        }

        status["storedVersions"] = versions.DeepClone();
        if (old is null)
        {
            var since = obj.Map("metadata").Str("creationTimestamp");
            status["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", since),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", since));
        }

        obj["status"] = status;
        if (obj.Map("metadata").Str("deletionTimestamp") is null)
        {
            var finalizers = obj.Map("metadata").List("finalizers") ?? [];
            if (!finalizers.Any(finalizer => finalizer!.GetValue<string>() == Finalizer))
            {
                finalizers.Add(Finalizer);
                obj.Ensure("metadata")["finalizers"] = finalizers.DeepClone();
            }
        }
    }

    private static JsonObject Condition(string type, string reason, string message, string? since) =>
        new() { ["lastTransitionTime"] = since, ["message"] = message, ["reason"] = reason, ["status"] = "True", ["type"] = type };

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        var names = spec.Map("names");
        var name = obj.Map("metadata").Str("name");
        foreach (var field in new[] { "plural", "kind" }.Where(field => string.IsNullOrEmpty(names.Str(field))))
        {
            errors.Required($"spec.names.{field}");
        }

        if (name != $"{names.Str("plural")}.{spec.Str("group")}")
        {
            errors.Invalid("metadata.name", JsonValue.Create(name), "must be spec.names.plural+\".\"+spec.group");
        }

        if (spec.Str("scope") is not ("Namespaced" or "Cluster"))
        {
            errors.NotSupported("spec.scope", spec?["scope"], ["\"Cluster\"", "\"Namespaced\""]);
        }

        var versions = spec.List("versions");
        if (versions is null || versions.Count(version => version.Flag("storage") == true) != 1)
        {
            errors.Invalid("spec.versions", versions, "must have exactly one version marked as storage version");
        }

        var index = 0;
        foreach (var version in versions ?? [])
        {
            var path = $"spec.versions[{index++}].schema.openAPIV3Schema";
            if (version.Map("schema").Map("openAPIV3Schema") is not { } schema)
            {
                errors.Required(path, "schemas are required");
            }
            else
            {
                if (schema.Str("type") != "object")
                {
                    errors.Invalid($"{path}.type", schema["type"], "must be object at the root");
                }

                CheckStructure(schema, path, errors);
            }
        }

        if (old is not null)
        {
            foreach (var field in new[] { "group", "scope" }.Where(field => old.Map("spec").Str(field) != spec.Str(field)))
            {
                errors.Invalid($"spec.{field}", spec?[field], "field is immutable");
            }
        }
    }

    // Every specified field says its type, so that unknown fields can be told from known ones.
    private static void CheckStructure(JsonObject schema, string path, FieldErrors errors)
    {
        var untyped = schema.Flag("x-kubernetes-int-or-string") == true || schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        if (schema.Str("type") is null && !untyped)
        {
            errors.Required($"{path}.type", "must not be empty for specified object fields");
        }

        if (schema.ContainsKey("$ref"))
        {
            errors.Forbidden($"{path}.$ref", "is forbidden");
        }

        if (schema.Map("properties") is not null && schema.ContainsKey("additionalProperties"))
        {
            errors.Forbidden($"{path}.additionalProperties", "must not be used together with properties");
        }

        if (schema.Str("x-kubernetes-list-type") == "map" && schema.List("x-kubernetes-list-map-keys") is null or { Count: 0 } && schema.Str("x-kubernetes-list-type") == "map")
        {
            errors.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        }

        if (schema.Str("type") == "array" && schema.Map("items") is null)
        {
            errors.Required($"{path}.items", "must be specified");
        }

        foreach (var (name, property) in schema.Map("properties") ?? [])
        {
            if (property is JsonObject map)
            {
                CheckStructure(map, $"{path}.properties[{name}]", errors);
            }
        }

        foreach (var below in new[] { "items", "additionalProperties" })
        {
            if (schema.Map(below) is { } map)
            {
                CheckStructure(map, $"{path}.{below}", errors);
            }
        }
    }
}
