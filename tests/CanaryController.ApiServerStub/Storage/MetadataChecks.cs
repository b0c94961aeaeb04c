using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Checks of names, labels, owners and finalizers, for every kind.</summary>
internal static class MetadataChecks
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Check(WriteRequest request, JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var metadata = obj.Map("metadata")!;
        var name = metadata.Str("name") ?? "";
        if (name == "")
        {
            errors.Required("metadata.name", "name or generateName is required");
        }
        else if (old is null && request.Type.Rules.WhyNotNamed(name) is { } wrong)
        {
            errors.Invalid("metadata.name", name, wrong);
        }

        Names.CheckLabels(metadata.Map("labels"), "metadata.labels", errors);
        CheckAnnotations(metadata.Map("annotations"), errors);
        CheckOwners(metadata.List("ownerReferences"), errors);
        CheckFinalizers(old.Map("metadata"), metadata, errors);
        CheckManagers(metadata.List("managedFields"), errors);
    }

    private static void CheckAnnotations(JsonObject? annotations, FieldErrors errors)
    {
        var size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            if (Names.QualifiedName(key.ToLowerInvariant()) is { } wrong)
            {
                errors.Invalid("metadata.annotations", key, wrong);
            }

            size += key.Length + (value is JsonValue text && text.TryGetValue<string>(out var found) ? System.Text.Encoding.UTF8.GetByteCount(found) : 0);
        }

        if (size > MaxAnnotationBytes)
        {
            errors.TooLong("metadata.annotations", MaxAnnotationBytes);
        }
    }

    private static void CheckOwners(JsonArray? owners, FieldErrors errors)
    {
        string? controller = null;
        var index = 0;
        foreach (var owner in owners ?? [])
        {
            var path = "metadata.ownerReferences";
            foreach (var field in new[] { "apiVersion", "kind", "name", "uid" }.Where(field => string.IsNullOrEmpty(owner.Str(field))))
            {
                errors.Invalid($"{path}.{field}", owner?[field], $"{(field == "apiVersion" ? "version" : field)} must not be empty");
            }

            if (owner.Str("kind") == "Event")
            {
                errors.Invalid(path, owner?["kind"], "is disallowed from being an owner");
            }

            if (owner.Flag("controller") == true)
            {
                if (controller is not null)
                {
                    errors.Invalid(path, owners, $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Str("kind")}/{owner.Str("name")}");
                }

                controller = $"{owner.Str("kind")}/{owner.Str("name")}";
            }

            index++;
        }
    }

    private static void CheckFinalizers(JsonObject? old, JsonObject metadata, FieldErrors errors)
    {
        foreach (var finalizer in metadata.List("finalizers") ?? [])
        {
            if (Names.QualifiedName(finalizer!.GetValue<string>()) is { } wrong)
            {
                errors.Invalid("metadata.finalizers", finalizer, wrong);
            }
        }

        if (old.Str("deletionTimestamp") is null)
        {
            return;
        }

        var before = old.List("finalizers")?.Select(finalizer => finalizer!.GetValue<string>()).ToHashSet(StringComparer.Ordinal) ?? [];
        var added = metadata.List("finalizers")?.Select(finalizer => finalizer!.GetValue<string>()).Where(finalizer => !before.Contains(finalizer)).ToList() ?? [];
        if (added.Count > 0)
        {
            errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""))}}}");
        }
    }

    private static void CheckManagers(JsonArray? managers, FieldErrors errors)
    {
        var index = 0;
        foreach (var manager in managers ?? [])
        {
            if (manager.Str("manager") is { Length: > 128 })
            {
                errors.TooLong($"metadata.managedFields[{index}].manager", 128);
            }

            index++;
        }
    }
}
