using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Raises <c>metadata.generation</c> when what is wanted changed.</summary>
internal static class Generations
{
    public static void Raise(WriteRequest request, JsonObject before, JsonObject after)
    {
        var changed = request.Subresource != "status" && request.Type.Generation switch
        {
            GenerationRule.None => false,
            GenerationRule.Spec => !Canonical.Same(before["spec"], after["spec"]),
            GenerationRule.SpecOrAnnotations => !Canonical.Same(before["spec"], after["spec"]) || !Canonical.Same(before["metadata"]!["annotations"], after["metadata"]!["annotations"]),
            GenerationRule.Content => !Canonical.Same(Content(before, request.Version.HasStatus), Content(after, request.Version.HasStatus)),
        };
        if (changed)
        {
            Bump(after);
        }
    }

    public static void Bump(JsonObject obj)
    {
        if (obj.Map("metadata").Num("generation") is { } generation and > 0)
        {
            obj.Map("metadata")!["generation"] = generation + 1;
        }
    }

    private static JsonObject Content(JsonObject obj, bool hasStatus)
    {
        var content = (JsonObject)obj.DeepClone();
        content.Remove("metadata");
        if (hasStatus)
        {
            content.Remove("status");
        }

        return content;
    }
}
