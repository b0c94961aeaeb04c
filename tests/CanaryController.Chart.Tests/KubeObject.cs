using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace CanaryController.Chart.Tests;

/// <summary>One object of a manifest.</summary>
internal sealed record KubeObject(JsonObject Json)
{
    private static readonly IDeserializer _reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
    private static readonly ISerializer _writer = new SerializerBuilder().JsonCompatible().Build();

    public string Kind => (string)Json["kind"]!;

    public string Name => (string)Json["metadata"]!["name"]!;

    public string? Namespace => (string?)Json["metadata"]!["namespace"];

    public string? Annotation(string key) => (string?)Json["metadata"]!["annotations"]?[key];

    /// <summary>The template of its pods; null when it has none.</summary>
    public JsonNode? Pod => Json["spec"]?["template"]?["spec"];

    /// <summary>All documents of a YAML text that hold something.</summary>
    public static IReadOnlyList<KubeObject> Read(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        parser.Consume<StreamStart>();
        var objects = new List<KubeObject>();
        while (parser.Accept<DocumentStart>(out _))
        {
            if (ToJson(_reader.Deserialize(parser)) is JsonObject json)
            {
                objects.Add(new(json));
            }
        }

        return objects;
    }

    /// <summary>One YAML document.</summary>
    public static JsonNode? ReadOne(string yaml) => ToJson(_reader.Deserialize(new StringReader(yaml)));

    private static JsonNode? ToJson(object? value) => value is null ? null : JsonNode.Parse(_writer.Serialize(value));
}

/// <summary>Ways into rendered objects.</summary>
internal static class KubeObjects
{
    public static KubeObject One(this IReadOnlyList<KubeObject> objects, string kind, string name, string? ns = null) =>
        Assert.Single(objects, each => each.Kind == kind && each.Name == name && (ns is null || each.Namespace == ns));

    public static IEnumerable<string> Texts(this JsonNode? list) => (list as JsonArray ?? []).Select(each => (string)each!);
}
