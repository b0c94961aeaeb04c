using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Fields;

/// <summary>How two objects differ, by field.</summary>
internal sealed record FieldChanges(FieldSet Added, FieldSet Modified, FieldSet Removed);

/// <summary>Reads fields out of objects: all that one says, and what is different in another.</summary>
internal static class FieldWalk
{
    /// <summary>The fields that an applied configuration speaks of.</summary>
    public static FieldSet SetOf(JsonNode? node, Schema schema)
    {
        var set = new FieldSet();
        Collect(node, schema, [], set);
        return set;
    }

    public static FieldChanges Compare(JsonObject before, JsonObject after, Schema schema)
    {
        var changes = new FieldChanges(new(), new(), new());
        Compare(new(Has: true, before), new(Has: true, after), schema, [], changes);
        return changes;
    }

    private static void Collect(JsonNode? node, Schema schema, List<string> path, FieldSet set)
    {
        switch (schema.KindOf(node))
        {
            case MergeKind.Map when node is JsonObject map:
                foreach (var (name, value) in map)
                {
                    path.Add("f:" + name);
                    Collect(value, schema.Field(name), path, set);
                    if (value is null or JsonObject { Count: 0 } || !schema.IsNamedField(name))
                    {
                        set.Insert(path);
                    }

                    path.RemoveAt(path.Count - 1);
                }

                break;
            case MergeKind.KeyedList when node is JsonArray list:
                foreach (var item in list)
                {
                    path.Add(schema.ItemElement(item));
                    Collect(item, schema.Items ?? Schema.Any, path, set);
                    set.Insert(path);
                    path.RemoveAt(path.Count - 1);
                }

                break;
            case MergeKind.Map or MergeKind.KeyedList:
                break;
            case MergeKind.Leaf:
            default:
                set.Insert(path);
                break;
        }
    }

    private static void Compare(Maybe before, Maybe after, Schema schema, List<string> path, FieldChanges changes)
    {
        if (!before.Has)
        {
            changes.Added.Insert(path);
        }
        else if (!after.Has)
        {
            changes.Removed.Insert(path);
        }

        var kind = schema.KindOf(after.Node ?? before.Node);
        if (kind == MergeKind.Leaf || (Canonical.IsEmpty(before.Node) && Canonical.IsEmpty(after.Node)) || !SameShape(before, after))
        {
            if (before.Has && after.Has && !Canonical.Same(before.Node, after.Node))
            {
                changes.Modified.Insert(path);
            }

            return;
        }

        foreach (var (element, left, right, below) in kind == MergeKind.Map ? Fields(before, after, schema) : Items(before, after, schema))
        {
            path.Add(element);
            Compare(left, right, below, path, changes);
            path.RemoveAt(path.Count - 1);
        }
    }

    private static bool SameShape(Maybe before, Maybe after) =>
        before.Node is null || after.Node is null || before.Node is JsonObject == after.Node is JsonObject;

    private static IEnumerable<(string Element, Maybe Before, Maybe After, Schema Below)> Fields(Maybe before, Maybe after, Schema schema)
    {
        var left = before.Node as JsonObject ?? [];
        var right = after.Node as JsonObject ?? [];
        return from name in left.Select(entry => entry.Key).Union(right.Select(entry => entry.Key), StringComparer.Ordinal)
               select ("f:" + name, new Maybe(left.TryGetPropertyValue(name, out var old), old), new Maybe(right.TryGetPropertyValue(name, out var now), now), schema.Field(name));
    }

    private static IEnumerable<(string Element, Maybe Before, Maybe After, Schema Below)> Items(Maybe before, Maybe after, Schema schema)
    {
        var left = Keyed(before.Node, schema);
        var right = Keyed(after.Node, schema);
        return from key in left.Keys.Union(right.Keys, StringComparer.Ordinal)
               select (key, new Maybe(left.TryGetValue(key, out var old), old), new Maybe(right.TryGetValue(key, out var now), now), schema.Items ?? Schema.Any);
    }

    private static Dictionary<string, JsonNode?> Keyed(JsonNode? list, Schema schema)
    {
        var keyed = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in list as JsonArray ?? [])
        {
            keyed[schema.ItemElement(item)] = item;
        }

        return keyed;
    }

    private readonly record struct Maybe(bool Has, JsonNode? Node);
}
