using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>Finds what cannot be decoded as a built-in type: a number where a string is wanted.</summary>
internal static class TypeErrors
{
    public static string? First(JsonNode? node, Schema schema, string path = "")
    {
        if (node is null || schema.Preserve)
        {
            return null;
        }

        var kind = node.GetValueKind();
        var fits = schema switch
        {
            { IntOrString: true } => kind is JsonValueKind.String or JsonValueKind.Number,
            { Type: "object" } => kind == JsonValueKind.Object,
            { Type: "array" } => kind == JsonValueKind.Array,
            { Type: "string", Format: "date-time" } => kind == JsonValueKind.String && DateTimeOffset.TryParse(node.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, out _),
            { Type: "string" } => kind == JsonValueKind.String,
            { Type: "boolean" } => kind is JsonValueKind.True or JsonValueKind.False,
            { Type: "integer" } => kind == JsonValueKind.Number && Math.Floor(Canonical.Number(node)).Equals(Canonical.Number(node)),
            { Type: "number" } => kind == JsonValueKind.Number,
            _ => true,
        };
        if (!fits)
        {
            return $"json: cannot unmarshal {kind.ToString().ToLowerInvariant()} into Go struct field {path} of type {(schema.Type == "boolean" ? "bool" : schema.Type)}";
        }

        return node switch
        {
            JsonObject map => map.Where(entry => schema.IsNamedField(entry.Key) || schema.Additional is not null)
                .Select(entry => First(entry.Value, schema.Field(entry.Key), SchemaValidator.Join(path, entry.Key))).FirstOrDefault(wrong => wrong is not null),
            JsonArray list => list.Select(item => First(item, schema.Items ?? Schema.Any, path)).FirstOrDefault(wrong => wrong is not null),
            _ => null,
        };
    }
}
