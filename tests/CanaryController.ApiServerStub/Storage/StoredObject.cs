using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Where an object is within its resource. Ordered by namespace, then name.</summary>
internal readonly record struct ObjectName(string Namespace, string Name) : IComparable<ObjectName>
{
    public int CompareTo(ObjectName other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }
}

/// <summary>One version of an object, never changed: its JSON text, and what selectors and watches ask of it.</summary>
internal sealed class StoredObject
{
    private StoredObject(ObjectName name, string uid, long version, byte[] json, IReadOnlyDictionary<string, string> labels) =>
        (Name, Uid, Version, Json, Labels) = (name, uid, version, json, labels);

    private static readonly Dictionary<string, string> _noLabels = new(StringComparer.Ordinal);

    public ObjectName Name { get; }

    public string Uid { get; }

    public long Version { get; }

    public byte[] Json { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public JsonObject Parse() => (JsonObject)JsonNode.Parse(Json)!;

    public static StoredObject Of(JsonObject obj, long version)
    {
        var metadata = obj.Map("metadata")!;
        metadata["resourceVersion"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var labels = metadata.Map("labels")?.ToDictionary(label => label.Key, label => label.Value?.GetValue<string>() ?? "", StringComparer.Ordinal) ?? _noLabels;
        return new(NameOf(obj), metadata.Str("uid") ?? "", version, JsonSerializer.SerializeToUtf8Bytes(obj, Canonical.Relaxed), labels);
    }

    /// <summary>One that is known to be all of this.</summary>
    public static StoredObject Of(ObjectName name, string uid, long version, byte[] json, IReadOnlyDictionary<string, string> labels) => new(name, uid, version, json, labels);

    public static ObjectName NameOf(JsonObject obj) => new(obj.Map("metadata").Str("namespace") ?? "", obj.Map("metadata").Str("name") ?? "");
}

/// <summary>One change, as watches see it.</summary>
/// <param name="Type">ADDED, MODIFIED or DELETED.</param>
/// <param name="Resource">The resource's key.</param>
/// <param name="Now">The object after it; a deleted one as it was last, with the version of its deletion.</param>
/// <param name="Before">The object before it; null for a new one.</param>
internal sealed record StoredChange(string Type, string Resource, StoredObject Now, StoredObject? Before);
