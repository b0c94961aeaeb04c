using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>
/// Writes an object of a built-in type as the API server does, which keeps it as a Go struct: nulls and zero values of most fields are left out (<c>paused: false</c>), and
/// others are always there (<c>status: {}</c>, a template's <c>creationTimestamp: null</c>). A JSON Patch sees the object in this form.
/// </summary>
internal static class Typed
{
    public static JsonObject Zero(Schema schema)
    {
        var made = new JsonObject();
        Write(made, schema);
        return made;
    }

    public static void Write(JsonNode? node, Schema schema)
    {
        if (schema.Preserve)
        {
            return;
        }

        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Write(item, schema.Items ?? Schema.Any);
            }
        }
        else if (node is JsonObject map)
        {
            foreach (var name in map.Where(entry => entry.Value is null || (schema.Field(entry.Key).OmitZero && IsZero(entry.Value))).Select(entry => entry.Key).ToList())
            {
                map.Remove(name);
            }

            foreach (var (name, value) in map)
            {
                Write(value, schema.Field(name));
            }

            foreach (var (name, field) in schema.Properties ?? [])
            {
                if (field.Always && !map.ContainsKey(name))
                {
                    map[name] = field.AlwaysNull ? null : field.Type == "object" ? Zero(field) : field.Default?.DeepClone();
                }
            }
        }
    }

    private static bool IsZero(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object or JsonValueKind.Array => Canonical.IsEmpty(node),
        JsonValueKind.String => node.GetValue<string>() == "",
        JsonValueKind.Number => Canonical.Number(node) == 0,
        JsonValueKind.False => true,
        JsonValueKind.True or JsonValueKind.Undefined or JsonValueKind.Null or _ => false,
    };
}
