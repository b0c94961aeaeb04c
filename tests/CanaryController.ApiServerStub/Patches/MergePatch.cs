using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Patches;

/// <summary>JSON Merge Patch (RFC 7386): null removes.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject target, JsonNode? patch) =>
        patch is JsonObject map ? Merge((JsonObject)target.DeepClone(), map) : throw Refusal.BadRequest("error decoding patch: a merge patch is an object");

    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject map:
                    // What is not an object is replaced by one: nulls in the patch do not survive that either.
                    var under = target[name] as JsonObject ?? [];
                    target[name] = Merge((JsonObject)under.DeepClone(), map);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        return target;
    }
}
