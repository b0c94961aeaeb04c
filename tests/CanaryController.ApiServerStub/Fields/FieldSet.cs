using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Fields;

/// <summary>
/// A set of fields of an object, as <c>fieldsV1</c> writes it: a tree whose path elements are <c>f:name</c>, <c>k:{keys}</c> and <c>v:value</c>. A set is not changed once
/// it is shared.
/// </summary>
internal sealed class FieldSet
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);

    public bool IsEmpty => _nodes.Values.All(node => !node.Member && node.Children.IsEmpty);

    public static FieldSet FromJson(JsonObject json)
    {
        var set = new FieldSet();
        foreach (var (key, value) in json)
        {
            if (key != ".")
            {
                var children = value as JsonObject ?? [];
                set._nodes[Normal(key)] = new(children.Count == 0 || children.ContainsKey("."), FromJson(children));
            }
        }

        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (key, node) in _nodes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var children = node.Children.ToJson();
            if (node.Member && children.Count > 0)
            {
                children.Insert(0, ".", new JsonObject());
            }

            if (node.Member || children.Count > 0)
            {
                json[key] = children;
            }
        }

        return json;
    }

    public void Insert(IReadOnlyList<string> path)
    {
        var set = this;
        for (var i = 0; i < path.Count; i++)
        {
            var node = set._nodes.GetValueOrDefault(path[i]) ?? new(Member: false, new());
            set._nodes[path[i]] = i == path.Count - 1 ? node with { Member = true } : node;
            set = set._nodes[path[i]].Children;
        }
    }

    public bool Has(string element) => _nodes.GetValueOrDefault(element)?.Member == true;

    public FieldSet Below(string element) => _nodes.GetValueOrDefault(element)?.Children ?? new();

    public FieldSet Union(FieldSet other) =>
        Combine(other, (mine, theirs) => mine || theirs, (mine, theirs) => mine.Union(theirs));

    public FieldSet Intersection(FieldSet other) =>
        Combine(other, (mine, theirs) => mine && theirs, (mine, theirs) => mine.Intersection(theirs));

    public FieldSet Difference(FieldSet other) =>
        Combine(other, (mine, theirs) => mine && !theirs, (mine, theirs) => mine.Difference(theirs));

    /// <summary>Without the other's members and all that lies below them.</summary>
    public FieldSet WithoutTrees(FieldSet other)
    {
        var rest = new FieldSet();
        foreach (var (key, node) in _nodes.Where(entry => !other.Has(entry.Key)))
        {
            rest._nodes[key] = node with { Children = node.Children.WithoutTrees(other.Below(key)) };
        }

        return rest;
    }

    /// <summary>With the named fields (of structs) on the way to a member as members too.</summary>
    public FieldSet WithNamedFields(Schema schema)
    {
        var all = new FieldSet();
        foreach (var (key, node) in _nodes)
        {
            var name = key[2..];
            var isField = key.StartsWith("f:", StringComparison.Ordinal);
            var member = node.Member || (isField && !node.Children.IsEmpty && schema.IsNamedField(name));
            all._nodes[key] = new(member, node.Children.WithNamedFields(isField ? schema.Field(name) : schema.Items ?? Schema.Any));
        }

        return all;
    }

    public bool SameAs(FieldSet other) => Canonical.Text(ToJson()) == Canonical.Text(other.ToJson());

    /// <summary>Each member as a path like <c>.spec.ports[port=80,protocol="TCP"].name</c>; those of one level before those below.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        var ordered = _nodes.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var members = ordered.Where(entry => entry.Value.Member).Select(entry => prefix + Readable(entry.Key));
        return members.Concat(ordered.SelectMany(entry => entry.Value.Children.Paths(prefix + Readable(entry.Key))));
    }

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> member, Func<FieldSet, FieldSet, FieldSet> children)
    {
        var made = new FieldSet();
        foreach (var key in _nodes.Keys.Union(other._nodes.Keys, StringComparer.Ordinal))
        {
            var node = new Node(member(Has(key), other.Has(key)), children(Below(key), other.Below(key)));
            if (node.Member || !node.Children.IsEmpty)
            {
                made._nodes[key] = node;
            }
        }

        return made;
    }

    // The same key may be written with other spaces or another order of its fields.
    private static string Normal(string key) => key[..2] is "k:" or "v:" ? key[..2] + Canonical.Text(JsonNode.Parse(key[2..])) : key;

    private static string Readable(string key) => key[..2] switch
    {
        "f:" => "." + key[2..],
        "v:" => $"[={key[2..]}]",
        "k:" => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(key[2..])!).Select(entry => $"{entry.Key}={Canonical.Text(entry.Value)}"))}]",
        _ => $"[{key[2..]}]",
    };

    private sealed record Node(bool Member, FieldSet Children);
}
