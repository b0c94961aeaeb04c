using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// One text for templates that Kubernetes calls equal: members sorted, null left out, and an empty list or map counts as none, as in the semantic equality that the Deployment controller
/// uses. An empty object that is no map stays: <c>emptyDir: {}</c> says something. Numbers and texts stay as they are.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The members of a pod template that are maps; all other objects are structures.</summary>
    private static readonly string[] _maps = ["labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests", "overhead", "metadata"];

    private static readonly Comparer<JsonProperty> _byName = Comparer<JsonProperty>.Create(Compare);

    /// <summary>Writes a pod template, without its pod-template-hash label.</summary>
    public static void WriteTemplate(Utf8JsonWriter writer, JsonElement template) => WriteObject(writer, template, depth: 0, isTemplateLabels: false);

    /// <summary>Writes any value.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement value) => WriteValue(writer, value, depth: MetadataDepth + 1);

    private const int MetadataDepth = 1;

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value, int depth, bool isTemplateLabels)
    {
        writer.WriteStartObject();
        var count = value.GetPropertyCount();
        var members = ArrayPool<JsonProperty>.Shared.Rent(count);
        var known = 0;
        foreach (var member in value.EnumerateObject())
        {
            members[known++] = member;
        }

        members.AsSpan(0, count).Sort(_byName);
        foreach (var member in members.AsSpan(0, count))
        {
            if ((isTemplateLabels && member.NameEquals(Marks.PodTemplateHash)) || IsNothing(member, depth))
            {
                continue;
            }

            WriteName(writer, member);
            if (depth == 0 && member.NameEquals("metadata"u8) && member.Value.ValueKind == JsonValueKind.Object)
            {
                WriteObject(writer, member.Value, MetadataDepth, isTemplateLabels: false);
            }
            else if (depth == MetadataDepth && member.NameEquals("labels"u8) && member.Value.ValueKind == JsonValueKind.Object)
            {
                WriteObject(writer, member.Value, MetadataDepth + 1, isTemplateLabels: true);
            }
            else
            {
                WriteValue(writer, member.Value, MetadataDepth + 1);
            }
        }

        ArrayPool<JsonProperty>.Shared.Return(members, clearArray: true);
        writer.WriteEndObject();
    }

    /// <summary>Without making a string of it, unless it is written with escapes.</summary>
    private static void WriteName(Utf8JsonWriter writer, JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        if (raw.Contains((byte)'\\'))
        {
            writer.WritePropertyName(member.Name);
        }
        else
        {
            writer.WritePropertyName(raw);
        }
    }

    /// <summary>In the order of UTF-16, as the identities of templates always were. For names of ASCII, which all but some keys of maps are, that is the order of their bytes.</summary>
    private static int Compare(JsonProperty left, JsonProperty right)
    {
        var first = JsonMarshal.GetRawUtf8PropertyName(left);
        var second = JsonMarshal.GetRawUtf8PropertyName(right);
        return IsPlain(first) && IsPlain(second) ? first.SequenceCompareTo(second) : string.CompareOrdinal(left.Name, right.Name);
    }

    private static bool IsPlain(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)'\\');

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

    private static bool IsNothing(JsonProperty member, int depth) => member.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.Array => member.Value.GetArrayLength() == 0,
        JsonValueKind.Object => IsMap(member) && IsEmptyMap(member, depth),
        JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => false,
        _ => false,
    };

    private static bool IsMap(JsonProperty member)
    {
        foreach (var name in _maps)
        {
            if (member.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The labels of a template are empty too when the hash is their only one.</summary>
    private static bool IsEmptyMap(JsonProperty map, int depth)
    {
        var isLabels = depth == MetadataDepth && map.NameEquals("labels"u8);
        foreach (var member in map.Value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !(isLabels && member.NameEquals(Marks.PodTemplateHash)))
            {
                return false;
            }
        }

        return true;
    }
}
