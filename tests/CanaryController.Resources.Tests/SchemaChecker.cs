using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CanaryController.Resources.Crds;

namespace CanaryController.Resources.Tests;

/// <summary>What an API server would say of a value by its schema: what it refuses, and what it would drop. CEL rules are not carried out here.</summary>
internal static class SchemaChecker
{
    public static IEnumerable<string> Check(Schema schema, JsonElement value, string path = "") => value.ValueKind switch
    {
        JsonValueKind.Object => Object(schema, value, path),
        JsonValueKind.Array => Array(schema, value, path),
        JsonValueKind.String => Text(schema, value.GetString()!, path),
        JsonValueKind.Number => Number(schema, value, path),
        JsonValueKind.True or JsonValueKind.False => schema.Type is "boolean" ? [] : [$"{path}: a boolean"],
        _ => [$"{path}: null"],
    };

    private static IEnumerable<string> Object(Schema schema, JsonElement value, string path)
    {
        if (schema is { Type: "object", KeepsUnknown: true })
        {
            return [];
        }

        return schema.Type is not "object"
            ? [$"{path}: an object"]
            : value.EnumerateObject().SelectMany(field => schema.Find(field.Name) is { } known ? Check(known.Schema, field.Value, $"{path}.{field.Name}") : [$"{path}.{field.Name}: dropped"])
                .Concat(schema.Required.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{path}.{name}: missing"));
    }

    private static IEnumerable<string> Array(Schema schema, JsonElement value, string path)
    {
        if (schema.Type is not "array")
        {
            return [$"{path}: an array"];
        }

        var items = value.EnumerateArray().ToList();
        var keys = schema.ListType switch
        {
            "map" => [.. items.Select(item => item.GetProperty(schema.ListKey!).GetString()!)],
            "set" => items.Select(item => item.GetRawText()).ToList(),
            _ => [],
        };
        return items.SelectMany((item, index) => Check(schema.Items!, item, $"{path}[{index}]"))
            .Concat(items.Count < schema.MinItems || items.Count > schema.MaxItems ? [$"{path}: {items.Count} items"] : [])
            .Concat(keys.Distinct(StringComparer.Ordinal).Count() < keys.Count ? [$"{path}: repeats"] : []);
    }

    private static List<string> Text(Schema schema, string value, string path)
    {
        if (schema.Type is not ("string" or null))
        {
            return [$"{path}: text"];
        }

        var length = value.EnumerateRunes().Count();
        List<string> problems = [];
        Refuse(schema.Enum.Count > 0 && !schema.Enum.Contains(value), $"{path}: {value} is none of the enum");
        Refuse(length < schema.MinLength || length > schema.MaxLength, $"{path}: {length} characters");
        Refuse(schema.Pattern is { } pattern && !Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), $"{path}: {value} has not the form {schema.Pattern}");
        Refuse(schema.Format is "date-time" && !DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _), $"{path}: {value} is no moment");
        return problems;

        void Refuse(bool isWrong, string problem)
        {
            if (isWrong)
            {
                problems.Add(problem);
            }
        }
    }

    private static IEnumerable<string> Number(Schema schema, JsonElement value, string path)
    {
        var isWhole = value.TryGetInt64(out _);
        if (schema.Type is not ("number" or "integer" or null) || (!isWhole && (schema.Type is "integer" || schema.IsIntegerOrString)))
        {
            return [$"{path}: a number"];
        }

        var number = value.GetDecimal();
        var isBelow = number < schema.Minimum || (schema.IsMinimumExclusive && number == schema.Minimum);
        var isAbove = number > schema.Maximum || (schema.IsMaximumExclusive && number == schema.Maximum);
        return isBelow || isAbove ? [$"{path}: {number}"] : [];
    }
}
