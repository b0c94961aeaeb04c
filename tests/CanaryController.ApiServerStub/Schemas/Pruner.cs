using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>Removes what the schema does not describe, and sets the defaults that it names.</summary>
internal static class Pruner
{
    /// <summary>Removes unknown fields; answers their paths.</summary>
    public static List<string> Prune(JsonNode? node, Schema schema)
    {
        var unknown = new List<string>();
        Prune(node, schema, "", unknown);
        return unknown;
    }

    private static void Prune(JsonNode? node, Schema schema, string path, List<string> unknown)
    {
        if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Prune(list[i], schema.Items ?? Schema.Any, $"{path}[{i}]", unknown);
            }

            return;
        }

        if (node is not JsonObject map)
        {
            return;
        }

        foreach (var name in map.Select(entry => entry.Key).ToList())
        {
            var known = schema.IsNamedField(name) || schema.Additional is not null;
            var here = path == "" ? name : $"{path}.{name}";
            if (known)
            {
                Prune(map[name], schema.Field(name), here, unknown);
            }
            else if (!schema.Preserve)
            {
                unknown.Add(here);
                map.Remove(name);
            }
        }
    }

    /// <summary>Sets the defaults of a CRD's schema: absent fields, and null where null is not allowed.</summary>
    public static void Default(JsonNode? node, Schema schema)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Default(item, schema.Items ?? Schema.Any);
            }
        }
        else if (node is JsonObject map)
        {
            foreach (var (name, field) in schema.Properties ?? [])
            {
                var present = map.TryGetPropertyValue(name, out var value);
                if (present && value is null && !field.Nullable)
                {
                    map.Remove(name);
                    present = false;
                }

                if (!present && field is { HasDefault: true, Default: not null })
                {
                    map[name] = field.Default.DeepClone();
                }
            }

            foreach (var (name, value) in map)
            {
                Default(value, schema.Field(name));
            }
        }
    }
}
