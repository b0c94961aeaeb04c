using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Resources.Api;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CanaryController.Cli.Rendering;

/// <summary>Writes the API's DTOs as they are: JSON, or the same structure as YAML.</summary>
internal static class Document
{
    // Made for terminals and jq, never for a web page: only what JSON itself demands is escaped.
    private static readonly JsonSerializerOptions _indented = new(ApiJson.Default.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions _line = new(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented JSON without a closing newline.</summary>
    public static string Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, TypeIn(_indented, type));

    /// <summary>JSON on one line.</summary>
    public static string JsonLine<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, TypeIn(_line, type));

    /// <summary>YAML with a closing newline.</summary>
    public static string Yaml<T>(T value, JsonTypeInfo<T> type)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, JsonSerializer.SerializeToNode(value, type));
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static JsonTypeInfo<T> TypeIn<T>(JsonSerializerOptions options, JsonTypeInfo<T> type) => (JsonTypeInfo<T>)options.GetTypeInfo(type.Type);

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart());
                foreach (var (name, child) in map)
                {
                    emitter.Emit(new Scalar(name));
                    Emit(emitter, child);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var child in list)
                {
                    Emit(emitter, child);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                // Quoted where a plain scalar would be read as something else: 'yes', '1e3', '2026-01-01'.
                var text = value.GetValue<string>();
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, IsPlain(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, isPlainImplicit: true, isQuotedImplicit: true));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    private static bool IsPlain(string text) =>
        text.Length > 0
        && char.IsAsciiLetter(text[0])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ' ' or '/')
        && text[^1] != ' '
        && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
