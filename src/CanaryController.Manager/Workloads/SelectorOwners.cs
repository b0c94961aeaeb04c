using System.Text.Json.Nodes;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Who applied the selector of an apex Service. It is atomic, so changing one key of it takes it all: who it was is noted by the same patch, and the next ones give it back and drop the note, each
/// of which can be repeated after a crash. Pure.
/// </summary>
internal static class SelectorOwners
{
    /// <summary>More than this is not noted: the selector then stays ours, and an apply has to be forced once.</summary>
    public const int MaxCharacters = 32 * 1024;

    /// <summary>A name that stands there twice would fail later, where nobody expects it.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly FieldOwners _owners = new("f:selector");

    /// <summary>The note for a change of <paramref name="service"/>; null when there is nobody to note.</summary>
    public static string? Note(JsonObject service) =>
        _owners.Of(service) is { Count: > 0 } owners && owners.ToJsonString() is { Length: <= MaxCharacters } text ? text : null;

    /// <summary>The patch that gives the selector back; null when that is done, or cannot be.</summary>
    public static JsonPatch? Return(JsonObject service) =>
        Noted(service) is { } owners && _owners.Restored(service, owners) is { } entries ? At(service).Replace("/metadata/managedFields", entries) : null;

    /// <summary>The patch that drops the note.</summary>
    public static JsonPatch Forget(JsonObject service) => At(service).Remove($"/metadata/annotations/{JsonPatch.Escape(WorkloadMarks.SelectorOwners)}");

    /// <summary>There is a note.</summary>
    public static bool IsNoted(JsonObject service) => service["metadata"]?["annotations"]?[WorkloadMarks.SelectorOwners] is not null;

    private static JsonArray? Noted(JsonObject service)
    {
        try
        {
            return (string?)service["metadata"]?["annotations"]?[WorkloadMarks.SelectorOwners] is { } text ? JsonNode.Parse(text, documentOptions: Strict) as JsonArray : null;
        }
        catch (JsonException)
        {
            // Somebody else wrote there.
            return null;
        }
    }

    private static JsonPatch At(JsonObject service) => JsonPatch.At((string)service["metadata"]!["resourceVersion"]!);
}
