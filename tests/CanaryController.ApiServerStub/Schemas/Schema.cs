using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>What a value may be and how its parts are merged: a node of a CRD's structural schema, or of a built-in type.</summary>
internal sealed class Schema
{
    /// <summary>A value of which nothing is known: maps are merged by key, lists and scalars are replaced.</summary>
    public static readonly Schema Any = new() { Preserve = true };

    /// <summary>object, array, string, integer, number or boolean; empty = any.</summary>
    public string Type { get; init; } = "";

    /// <summary>date-time, quantity, int32 or what a CRD says.</summary>
    public string Format { get; init; } = "";

    public bool IntOrString { get; init; }

    public bool Nullable { get; init; }

    /// <summary>x-kubernetes-preserve-unknown-fields: nothing is pruned here.</summary>
    public bool Preserve { get; init; }

    /// <summary>x-kubernetes-embedded-resource: apiVersion, kind and metadata are known.</summary>
    public bool Embedded { get; init; }

    public Dictionary<string, Schema>? Properties { get; init; }

    public Schema? Additional { get; init; }

    public Schema? Items { get; init; }

    /// <summary>map, set or atomic; lists without it are atomic.</summary>
    public string ListType { get; init; } = "";

    public IReadOnlyList<string> ListKeys { get; init; } = [];

    public bool AtomicMap { get; init; }

    /// <summary>The key by which a strategic merge patch merges a list; empty = the list is replaced, unless it is <see cref="PatchMerge"/>.</summary>
    public string PatchMergeKey { get; init; } = "";

    public bool PatchMerge { get; init; }

    public bool PatchRetainKeys { get; init; }

    public JsonNode? Default { get; init; }

    public bool HasDefault { get; init; }

    /// <summary>Built-in types: left out when it is empty, 0 or false.</summary>
    public bool OmitZero { get; init; }

    /// <summary>Built-in types: written even when it says nothing.</summary>
    public bool Always { get; init; }

    /// <summary>Built-in types: what is written then is null.</summary>
    public bool AlwaysNull { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonNode?>? Enum { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public int? MinProperties { get; init; }

    public int? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    public Regex? Pattern { get; init; }

    public IReadOnlyList<Schema> AllOf { get; init; } = [];

    public IReadOnlyList<Schema> AnyOf { get; init; } = [];

    public IReadOnlyList<Schema> OneOf { get; init; } = [];

    public Schema? Not { get; init; }

    /// <summary>The schema of a field or of a map's value; <see cref="Any"/> for what is not described.</summary>
    public Schema Field(string name) =>
        Properties is not null && Properties.TryGetValue(name, out var field) ? field : Additional ?? Any;

    /// <summary>Whether the name is a field of a struct, not a key of a map.</summary>
    public bool IsNamedField(string name) => Properties?.ContainsKey(name) == true;

    /// <summary>How the value takes part in merging.</summary>
    public MergeKind KindOf(JsonNode? value)
    {
        var isMap = Type == "object" || (Type == "" && !IntOrString && value is JsonObject);
        if (isMap)
        {
            return AtomicMap ? MergeKind.Leaf : MergeKind.Map;
        }

        return Type == "array" && ListType is "map" or "set" ? MergeKind.KeyedList : MergeKind.Leaf;
    }

    /// <summary>The path element that names an item of a keyed list, like <c>k:{"name":"a"}</c> or <c>v:"a"</c>.</summary>
    public string ItemElement(JsonNode? item)
    {
        if (ListType == "set")
        {
            return "v:" + Canonical.Text(item);
        }

        var keys = new JsonObject();
        foreach (var key in ListKeys)
        {
            if (item is JsonObject map && map.TryGetPropertyValue(key, out var value) && value is not null)
            {
                keys[key] = value.DeepClone();
            }
            else if (Items?.Properties?.GetValueOrDefault(key) is { HasDefault: true, Default: { } fallback })
            {
                keys[key] = fallback.DeepClone();
            }
        }

        return "k:" + Canonical.Text(keys);
    }
}

/// <summary>How a value takes part in merging and in the ownership of fields.</summary>
internal enum MergeKind
{
    /// <summary>Replaced as a whole.</summary>
    Leaf,

    /// <summary>Merged by field or key.</summary>
    Map,

    /// <summary>A list whose items are told apart by keys, or by value.</summary>
    KeyedList,
}
