using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CanaryController.ApiServerStub.Http;

/// <summary>YAML as JSON, by the rules that Kubernetes reads it with.</summary>
internal static class Yaml
{
    /// <summary>All documents of a text; empty ones are left out.</summary>
    public static IEnumerable<JsonNode> Read(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException wrong)
        {
            throw Refusal.BadRequest($"error converting YAML to JSON: {wrong.Message}");
        }

        return stream.Documents.Select(document => Convert(document.RootNode)).OfType<JsonNode>();
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value ?? "", Convert(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode scalar => scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value ?? "") : JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static JsonValue? Plain(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            return null;
        }

        if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            return JsonValue.Create(text[0] is 't' or 'T');
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonValue.Create(whole);
        }

        return text.All(letter => char.IsAsciiDigit(letter) || letter is '.' or 'e' or 'E' or '+' or '-') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? JsonValue.Create(real) : JsonValue.Create(text);
    }
}
