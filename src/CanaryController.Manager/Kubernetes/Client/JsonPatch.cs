using System.Text.Json.Nodes;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// A JSON Patch (RFC 6902), all or nothing. With <see cref="At"/> it is conditional: it replaces metadata.resourceVersion, so a stale one is answered with 409. <c>test</c> fails with 422,
/// the same as a validation error, and only guards list indices.
/// </summary>
internal sealed class JsonPatch
{
    private readonly JsonArray _operations = [];

    /// <summary>A patch for the object at this version only.</summary>
    public static JsonPatch At(string resourceVersion) => new JsonPatch().Replace("/metadata/resourceVersion", resourceVersion);

    /// <summary>How many operations there are, the condition among them.</summary>
    public int Count => _operations.Count;

    /// <summary>Sets a member that may be there or not; in a list, inserts.</summary>
    public JsonPatch Add(string path, JsonNode? value) => Append("add", path, value);

    /// <summary>Sets a member that is there.</summary>
    public JsonPatch Replace(string path, JsonNode? value) => Append("replace", path, value);

    /// <summary>Fails the whole patch unless the member has this value.</summary>
    public JsonPatch Test(string path, JsonNode? value) => Append("test", path, value);

    /// <summary>Removes a member that is there.</summary>
    public JsonPatch Remove(string path)
    {
        _operations.Add(new JsonObject { ["op"] = "remove", ["path"] = path });
        return this;
    }

    /// <summary>Sets or inserts at <paramref name="path"/> what stands at <paramref name="from"/> now, whatever it holds.</summary>
    public JsonPatch Copy(string from, string path)
    {
        _operations.Add(new JsonObject { ["op"] = "copy", ["from"] = from, ["path"] = path });
        return this;
    }

    /// <summary>Adds the operations of <paramref name="rest"/>.</summary>
    public JsonPatch Then(JsonPatch rest)
    {
        foreach (var operation in rest._operations)
        {
            _operations.Add(operation!.DeepClone());
        }

        return this;
    }

    /// <summary>A key as it is written in a path.</summary>
    public static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The body of the request.</summary>
    public override string ToString() => _operations.ToJsonString();

    private JsonPatch Append(string operation, string path, JsonNode? value)
    {
        _operations.Add(new JsonObject { ["op"] = operation, ["path"] = path, ["value"] = value?.DeepClone() });
        return this;
    }
}
