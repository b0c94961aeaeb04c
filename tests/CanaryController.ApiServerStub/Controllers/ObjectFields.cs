using System.Globalization;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Reads and writes the fields that all Kubernetes objects share. What is missing reads as null or as empty.</summary>
internal static class ObjectFields
{
    public static string Name(this JsonObject item) => item.Text("metadata", "name") ?? "";

    public static string? Namespace(this JsonObject item) => item.Text("metadata", "namespace") is { Length: > 0 } ns ? ns : null;

    public static string Uid(this JsonObject item) => item.Text("metadata", "uid") ?? "";

    /// <summary>Seconds of resolution, as the API gives it: the text orders as the time does.</summary>
    public static string CreatedAt(this JsonObject item) => item.Text("metadata", "creationTimestamp") ?? "";

    public static long Generation(this JsonObject item) => item.Number("metadata", "generation") ?? 0;

    public static bool IsBeingDeleted(this JsonObject item) => item.Text("metadata", "deletionTimestamp") is not null;

    public static JsonObject? Labels(this JsonObject item) => item.At("metadata", "labels") as JsonObject;

    public static string? Annotation(this JsonObject item, string key) => item.Text("metadata", "annotations", key);

    /// <summary>The annotations for writing; made when there are none.</summary>
    public static JsonObject Annotations(this JsonObject item) => item.Child("metadata").Child("annotations");

    public static bool HasFinalizer(this JsonObject item, string finalizer) =>
        item.At("metadata", "finalizers") is JsonArray all && all.Any(f => f?.GetValue<string>() == finalizer);

    public static IEnumerable<JsonObject> OwnerReferences(this JsonObject item) => item.Items("metadata", "ownerReferences");

    /// <summary>The reference to the object's controller; null for an orphan.</summary>
    public static JsonObject? ControllerReference(this JsonObject item) => item.OwnerReferences().FirstOrDefault(r => r.Flag("controller"));

    public static string? Text(this JsonNode item, params ReadOnlySpan<string> path) =>
        item.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool Flag(this JsonNode item, params ReadOnlySpan<string> path) =>
        item.At(path) is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static long? Number(this JsonNode item, params ReadOnlySpan<string> path) =>
        item.At(path) is JsonValue value && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static int Count(this JsonNode item, params ReadOnlySpan<string> path) => (int)(item.Number(path) ?? 0);

    public static IEnumerable<JsonObject> Items(this JsonNode item, params ReadOnlySpan<string> path) =>
        item.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    public static JsonNode? At(this JsonNode item, params ReadOnlySpan<string> path)
    {
        JsonNode? node = item;
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>The object in a field, made when there is none.</summary>
    public static JsonObject Child(this JsonObject item, string name)
    {
        if (item[name] is not JsonObject child)
        {
            item[name] = child = [];
        }

        return child;
    }

    public static JsonObject Copy(this JsonObject item) => (JsonObject)item.DeepClone();

    /// <summary>An owner reference as controllers make it; it blocks the owner's deletion in the foreground.</summary>
    public static JsonObject ControllerReferenceTo(JsonObject owner) => new()
    {
        ["apiVersion"] = owner.Text("apiVersion"),
        ["kind"] = owner.Text("kind"),
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>A time as the API writes it, in whole seconds.</summary>
    public static string Stamp(this TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(string? stamp) =>
        DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
