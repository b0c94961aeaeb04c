using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// One text for templates that Kubernetes calls equal: members sorted, null left out, and an empty list or map counts as none, as in the semantic equality that the Deployment controller
/// uses. An empty object that is no map stays: <c>emptyDir: {}</c> says something. Numbers and texts stay as they are.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The members of a pod template that are maps; all other objects are structures.</summary>
    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal)
    {
        "labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests", "overhead", "metadata",
    };

    /// <summary>Writes a pod template, without its pod-template-hash label.</summary>
    public static void WriteTemplate(Utf8JsonWriter writer, JsonElement template) => WriteObject(writer, template, depth: 0, isTemplateLabels: false);

    /// <summary>Writes any value.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement value) => WriteValue(writer, value, depth: MetadataDepth + 1);

    private const int MetadataDepth = 1;

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value, int depth, bool isTemplateLabels)
    {
        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if ((isTemplateLabels && member.Name == Marks.PodTemplateHash) || IsNothing(member.Name, member.Value, depth))
            {
                continue;
            }

            writer.WritePropertyName(member.Name);
            if (depth == 0 && member.Name == "metadata" && member.Value.ValueKind == JsonValueKind.Object)
            {
                WriteObject(writer, member.Value, MetadataDepth, isTemplateLabels: false);
            }
            else if (depth == MetadataDepth && member.Name == "labels" && member.Value.ValueKind == JsonValueKind.Object)
            {
                WriteObject(writer, member.Value, MetadataDepth + 1, isTemplateLabels: true);
            }
            else
            {
                WriteValue(writer, member.Value, MetadataDepth + 1);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value, depth, isTemplateLabels: false);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteValue(writer, item, depth);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool IsNothing(string name, JsonElement value, int depth) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => Maps.Contains(name) && IsEmptyMap(name, value, depth),
        JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => false,
        _ => false,
    };

    /// <summary>The labels of a template are empty too when the hash is their only one.</summary>
    private static bool IsEmptyMap(string name, JsonElement value, int depth) =>
        value.EnumerateObject().All(member =>
            member.Value.ValueKind == JsonValueKind.Null || (depth == MetadataDepth && name == "labels" && member.Name == Marks.PodTemplateHash));
}
