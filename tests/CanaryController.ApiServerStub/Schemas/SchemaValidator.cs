using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>Checks a value against a schema. Rules in CEL are not evaluated.</summary>
internal static class SchemaValidator
{
    public static void Check(JsonNode? node, Schema schema, string path, FieldErrors errors)
    {
        if (node is null)
        {
            if (!schema.Nullable && schema.Type != "")
            {
                errors.Invalid(path, null, $"{path} in body must be of type {schema.Type}: \"null\"", "FieldValueTypeInvalid");
            }

            return;
        }

        if (!IsOfType(node, schema))
        {
            errors.Invalid(path, node, $"{path} in body must be of type {(schema.IntOrString ? "integer or string" : schema.Type)}: \"{TypeOf(node)}\"", "FieldValueTypeInvalid");
            return;
        }

        if (schema.Enum is { } allowed && !allowed.Any(value => Canonical.Same(value, node)))
        {
            errors.NotSupported(path, node, allowed.Select(Canonical.Text));
        }

        CheckNumber(node, schema, path, errors);
        CheckText(node, schema, path, errors);
        CheckList(node, schema, path, errors);
        CheckMap(node, schema, path, errors);
        CheckCombinations(node, schema, path, errors);
    }

    private static void CheckNumber(JsonNode node, Schema schema, string path, FieldErrors errors)
    {
        if (node.GetValueKind() != JsonValueKind.Number)
        {
            return;
        }

        var number = Canonical.Number(node);
        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            errors.Invalid(path, node, $"{path} in body should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{least:R}");
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            errors.Invalid(path, node, $"{path} in body should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{most:R}");
        }

        if (schema.MultipleOf is { } step && Math.Abs(Math.IEEERemainder(number, step)) > 1e-9)
        {
            errors.Invalid(path, node, $"{path} in body should be a multiple of {step:R}");
        }
    }

    private static void CheckText(JsonNode node, Schema schema, string path, FieldErrors errors)
    {
        if (node.GetValueKind() != JsonValueKind.String)
        {
            return;
        }

        var text = node.GetValue<string>();
        var length = text.EnumerateRunes().Count();
        if (schema.MinLength is { } least && length < least)
        {
            errors.Invalid(path, node, $"{path} in body should be at least {least} chars long");
        }

        if (schema.MaxLength is { } most && length > most)
        {
            errors.TooLong(path, most);
        }

        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            errors.Invalid(path, node, $"{path} in body should match '{pattern}'");
        }

        if (schema.Format == "date-time" && !DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            errors.Invalid(path, node, $"{path} in body must be of type date-time: \"{text}\"");
        }
    }

    private static void CheckList(JsonNode node, Schema schema, string path, FieldErrors errors)
    {
        if (node is not JsonArray list)
        {
            return;
        }

        if (schema.MinItems is { } least && list.Count < least)
        {
            errors.Invalid(path, JsonValue.Create(list.Count), $"{path} in body should have at least {least} items");
        }

        if (schema.MaxItems is { } most && list.Count > most)
        {
            errors.Add("FieldValueTooMany", path, $"Too many: {list.Count}: must have at most {most} items");
        }

        for (var i = 0; i < list.Count; i++)
        {
            Check(list[i], schema.Items ?? Schema.Any, $"{path}[{i}]", errors);
        }

        if (schema.UniqueItems || schema.ListType is "set" or "map")
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < list.Count; i++)
            {
                var key = schema.ListType is "set" or "map" ? schema.ItemElement(list[i]) : Canonical.Text(list[i]);
                if (!seen.Add(key))
                {
                    errors.Add("FieldValueDuplicate", $"{path}[{i}]", $"Duplicate value: {key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..]}");
                }
            }
        }
    }

    private static void CheckMap(JsonNode node, Schema schema, string path, FieldErrors errors)
    {
        if (node is not JsonObject map)
        {
            return;
        }

        foreach (var name in schema.Required.Where(name => !map.TryGetPropertyValue(name, out var value) || (value is null && schema.Field(name) is { Nullable: false })))
        {
            errors.Add("FieldValueRequired", Join(path, name), "Required value");
        }

        if (schema.MinProperties is { } least && map.Count < least)
        {
            errors.Invalid(path, node, $"{path} in body should have at least {least} properties");
        }

        if (schema.MaxProperties is { } most && map.Count > most)
        {
            errors.Invalid(path, node, $"{path} in body should have at most {most} properties");
        }

        foreach (var (name, value) in map)
        {
            if (path != "" || name is not ("apiVersion" or "kind" or "metadata"))
            {
                Check(value, schema.Field(name), Join(path, name), errors);
            }
        }
    }

    private static void CheckCombinations(JsonNode node, Schema schema, string path, FieldErrors errors)
    {
        foreach (var part in schema.AllOf)
        {
            Check(node, part, path, errors);
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(part => Holds(node, part, path)))
        {
            errors.Invalid(path, node, $"{path} in body must validate at least one schema (anyOf)");
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Holds(node, part, path)) != 1)
        {
            errors.Invalid(path, node, $"{path} in body must validate one and only one schema (oneOf)");
        }

        if (schema.Not is { } not && Holds(node, not, path))
        {
            errors.Invalid(path, node, $"{path} in body must not validate the schema (not)");
        }
    }

    private static bool Holds(JsonNode node, Schema schema, string path)
    {
        var errors = new FieldErrors();
        Check(node, schema, path, errors);
        return errors.Count == 0;
    }

    private static bool IsOfType(JsonNode node, Schema schema)
    {
        var kind = node.GetValueKind();
        if (schema.IntOrString)
        {
            return kind == JsonValueKind.String || (kind == JsonValueKind.Number && (schema.Format == "quantity" || IsWhole(node)));
        }

        return schema.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && IsWhole(node),
            _ => true,
        };
    }

    private static bool IsWhole(JsonNode node) => Math.Floor(Canonical.Number(node)) is var floor && floor.Equals(Canonical.Number(node));

    private static string TypeOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(node) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Undefined or JsonValueKind.Null or _ => "null",
    };

    public static string Join(string path, string name) => path == "" ? name : $"{path}.{name}";
}
