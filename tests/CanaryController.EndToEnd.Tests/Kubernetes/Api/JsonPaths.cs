using System.Text.Json.Nodes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Api;

/// <summary>Reads objects of the API server by path; what is not there is null, 0 or empty.</summary>
internal static class JsonPaths
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var member in path)
        {
            node = (node as JsonObject)?[member];
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static int? Int(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static IEnumerable<JsonObject> Items(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) is JsonArray items ? items.OfType<JsonObject>() : [];

    public static string Name(this JsonNode item) => item.Text("metadata", "name") ?? "";

    public static string Uid(this JsonNode item) => item.Text("metadata", "uid") ?? "";

    public static string? Label(this JsonNode? item, string label) => item.Text("metadata", "labels", label);

    public static bool IsDeleting(this JsonNode item) => item.Text("metadata", "deletionTimestamp") is not null;

    /// <summary>A resourceVersion as a number: one counter of the whole cluster, so that changes of different objects can be put in order. 0 where it is none.</summary>
    public static ulong Version(this JsonNode item) => ulong.TryParse(item.Text("metadata", "resourceVersion"), out var version) ? version : 0;

    /// <summary>The owner that controls it.</summary>
    public static JsonObject? Controller(this JsonNode item) => item.Items("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller"));

    /// <summary>The status of one of its conditions.</summary>
    public static string? Condition(this JsonNode? item, string type) => item.Items("status", "conditions").FirstOrDefault(each => each.Text("type") == type).Text("status");

    /// <summary>A pod that takes requests.</summary>
    public static bool IsServing(this JsonNode pod) => !pod.IsDeleting() && pod.Condition("Ready") == "True";

    /// <summary>The hash of the template that a pod or ReplicaSet was made by.</summary>
    public static string Hash(this JsonNode? item) => item.Label("pod-template-hash") ?? "";
}
