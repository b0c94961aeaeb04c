using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Patches;

/// <summary>
/// The strategic merge patch of the built-in types: lists with a merge key are merged by it, sets by value, the rest is replaced. Knows <c>$patch: delete | replace | merge</c>,
/// <c>$deleteFromPrimitiveList</c>, <c>$setElementOrder</c> and <c>$retainKeys</c>.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string DeleteFrom = "$deleteFromPrimitiveList/";
    private const string Order = "$setElementOrder/";
    private const string Retain = "$retainKeys";

    public static JsonObject Apply(JsonObject target, JsonNode? patch, Schema schema) =>
        patch is JsonObject map ? Merge((JsonObject)target.DeepClone(), map, schema) : throw Refusal.BadRequest("error decoding patch: a strategic merge patch is an object");

    private static JsonObject Merge(JsonObject target, JsonObject patch, Schema schema)
    {
        switch (patch.Str(Directive))
        {
            case "replace":
                var whole = (JsonObject)patch.DeepClone();
                whole.Remove(Directive);
                return whole;
            case "delete":
                return [];
            default:
                break;
        }

        if (patch.List(Retain) is { } retained)
        {
            foreach (var name in target.Select(entry => entry.Key).Where(name => !retained.Any(kept => kept!.GetValue<string>() == name)).ToList())
            {
                target.Remove(name);
            }
        }

        foreach (var (name, value) in patch.Where(entry => entry.Key is not (Directive or Retain) && !entry.Key.StartsWith(Order, StringComparison.Ordinal)))
        {
            if (name.StartsWith(DeleteFrom, StringComparison.Ordinal))
            {
                RemoveValues(target, name[DeleteFrom.Length..], value as JsonArray ?? []);
                continue;
            }

            MergeField(target, name, value, schema.Field(name));
        }

        foreach (var (name, order) in patch.Where(entry => entry.Key.StartsWith(Order, StringComparison.Ordinal)))
        {
            var field = name[Order.Length..];
            SetOrder(target, field, order as JsonArray ?? [], schema.Field(field));
        }

        return target;
    }

    private static void MergeField(JsonObject target, string name, JsonNode? value, Schema field)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject map:
                target[name] = Merge((JsonObject)(target[name] as JsonObject ?? []).DeepClone(), map, field);
                break;
            case JsonArray list when field is { PatchMerge: true, PatchMergeKey: "" }:
                var union = (target[name] as JsonArray)?.Select(item => item?.DeepClone()).ToList() ?? [];
                union.AddRange(list.Where(item => !union.Any(present => Canonical.Same(present, item))).Select(item => item?.DeepClone()));
                target[name] = new JsonArray([.. union]);
                break;
            case JsonArray list when field is { PatchMerge: true }:
                target[name] = MergeItems(target[name] as JsonArray ?? [], list, field);
                SetOrder(target, name, list, field);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeItems(JsonArray present, JsonArray patch, Schema schema)
    {
        var items = schema.Items ?? Schema.Any;
        var key = schema.PatchMergeKey;
        var merged = present.Select(item => item?.DeepClone()).ToList();
        if (patch.Any(item => item.Str(Directive) == "replace"))
        {
            return new([.. patch.Where(item => item.Str(Directive) is null).Select(item => item?.DeepClone())]);
        }

        foreach (var item in patch)
        {
            if (item is not JsonObject map || !map.ContainsKey(key))
            {
                throw Refusal.BadRequest($"map: {Canonical.Text(item)} does not contain declared merge key: {key}");
            }

            var at = merged.FindIndex(other => other is JsonObject candidate && Canonical.Same(candidate[key], map[key]));
            if (map.Str(Directive) == "delete")
            {
                merged.RemoveAll(other => other is JsonObject candidate && Canonical.Same(candidate[key], map[key]));
            }
            else if (at >= 0)
            {
                merged[at] = Merge((JsonObject)merged[at]!, map, items);
            }
            else
            {
                merged.Add(Merge([], map, items));
            }
        }

        return new([.. merged]);
    }

    private static void RemoveValues(JsonObject target, string name, JsonArray values)
    {
        if (target[name] is JsonArray list)
        {
            target[name] = new JsonArray([.. list.Where(item => !values.Any(value => Canonical.Same(value, item))).Select(item => item?.DeepClone())]);
        }
    }

    // Named items come in the order given; others keep their place behind the items that they followed.
    private static void SetOrder(JsonObject target, string name, JsonArray order, Schema schema)
    {
        if (target[name] is not JsonArray list)
        {
            return;
        }

        JsonNode? KeyOf(JsonNode? item) => schema.PatchMergeKey == "" ? item : item is JsonObject map ? map[schema.PatchMergeKey] : null;
        var ranks = order.Select(KeyOf).ToList();
        var rank = -1;
        var ranked = new List<(int Rank, JsonNode? Item)>();
        foreach (var item in list)
        {
            var found = ranks.FindIndex(key => Canonical.Same(key, KeyOf(item)));
            rank = found >= 0 ? found : rank;
            ranked.Add((rank, item?.DeepClone()));
        }

        target[name] = new JsonArray([.. ranked.OrderBy(entry => entry.Rank).Select(entry => entry.Item)]);
    }
}
