using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Fields;

/// <summary>Merges an applied configuration into an object, and takes fields out of one.</summary>
internal static class FieldMerge
{
    /// <summary>The object with everything that the configuration says.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? config, Schema schema)
    {
        switch (schema.KindOf(config))
        {
            case MergeKind.Map when config is JsonObject { Count: > 0 } map && live is JsonObject old:
                var merged = (JsonObject)old.DeepClone();
                foreach (var (name, value) in map)
                {
                    merged[name] = old.TryGetPropertyValue(name, out var before) ? Merge(before, value, schema.Field(name)) : value?.DeepClone();
                }

                return merged;
            case MergeKind.Map when config is JsonObject { Count: 0 } && live is JsonObject { Count: > 0 }:
                return live.DeepClone();
            case MergeKind.KeyedList when config is JsonArray list && live is JsonArray present:
                return MergeItems(present, list, schema);
            case MergeKind.Map or MergeKind.KeyedList or MergeKind.Leaf:
            default:
                return config?.DeepClone();
        }
    }

    /// <summary>The object without the members of the set; lists and maps that become empty are gone as well.</summary>
    public static JsonNode? Remove(JsonNode? node, FieldSet gone, Schema schema)
    {
        switch (schema.KindOf(node))
        {
            case MergeKind.Map when node is JsonObject { Count: > 0 } map:
                var rest = new JsonObject();
                foreach (var (name, value) in map.Where(entry => !gone.Has("f:" + entry.Key)))
                {
                    var below = gone.Below("f:" + name);
                    rest[name] = below.IsEmpty ? value?.DeepClone() : Remove(value, below, schema.Field(name));
                }

                return rest.Count > 0 ? rest : null;
            case MergeKind.KeyedList when node is JsonArray { Count: > 0 } list:
                var kept = new JsonArray();
                foreach (var item in list)
                {
                    var key = schema.ItemElement(item);
                    var below = gone.Below(key);
                    if (!gone.Has(key))
                    {
                        kept.Add(below.IsEmpty ? item?.DeepClone() : Remove(item, below, schema.Items ?? Schema.Any));
                    }
                }

                return kept.Count > 0 ? kept : null;
            case MergeKind.Map or MergeKind.KeyedList or MergeKind.Leaf:
            default:
                return node?.DeepClone();
        }
    }

    // The configuration's order wins; what only the object has keeps its place before the next item that both have.
    private static JsonArray MergeItems(JsonArray live, JsonArray config, Schema schema)
    {
        var items = schema.Items ?? Schema.Any;
        var liveKeys = live.Select(schema.ItemElement).ToList();
        var configKeys = config.Select(schema.ItemElement).ToList();
        var inLive = live.Zip(liveKeys).GroupBy(pair => pair.Second, pair => pair.First, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var inConfig = configKeys.ToHashSet(StringComparer.Ordinal);
        var merged = new JsonArray();
        var at = 0;
        for (var i = 0; i < configKeys.Count; i++)
        {
            if (inLive.TryGetValue(configKeys[i], out var before))
            {
                for (; at < liveKeys.Count && liveKeys[at] != configKeys[i]; at++)
                {
                    if (!inConfig.Contains(liveKeys[at]))
                    {
                        merged.Add(live[at]?.DeepClone());
                    }
                    else if (!configKeys.Take(i).Contains(liveKeys[at], StringComparer.Ordinal))
                    {
                        break;
                    }
                }

                if (at < liveKeys.Count && liveKeys[at] == configKeys[i])
                {
                    at++;
                }

                merged.Add(Merge(before, config[i], items));
            }
            else
            {
                merged.Add(config[i]?.DeepClone());
            }
        }

        foreach (var index in Enumerable.Range(at, liveKeys.Count - at).Where(index => !inConfig.Contains(liveKeys[index])))
        {
            merged.Add(live[index]?.DeepClone());
        }

        return merged;
    }
}
