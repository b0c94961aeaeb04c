using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Persistence;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// Writes a Rollout as the JSON that <see cref="Reading.RolloutReader"/> reads back equal: defaults are written out, what is left out stays out. Reading with this context
/// is lenient; read people's files with the reader.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters =
    [
        typeof(DurationConverter),
        typeof(PairsConverter),
        typeof(EquatableArrayConverter<string>),
        typeof(EquatableArrayConverter<StepSection>),
        typeof(EquatableArrayConverter<PersonSection>),
        typeof(EquatableArrayConverter<WindowSection>),
        typeof(EquatableArrayConverter<MetricSection>),
        typeof(EquatableArrayConverter<TemplateArgumentSection>),
        typeof(EquatableArrayConverter<TemplateParameterSection>),
        typeof(EquatableArrayConverter<NameValueSection>),
        typeof(EquatableArrayConverter<RouteSection>),
        typeof(EquatableArrayConverter<GateSection>),
        typeof(EquatableArrayConverter<GateMetadataSection>),
        typeof(EquatableArrayConverter<NotificationEvent>),
        typeof(EquatableArrayConverter<SlackMentionSection>),
    ])]
[JsonSerializable(typeof(Rollout))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(StepSection[]))]
[JsonSerializable(typeof(PersonSection[]))]
[JsonSerializable(typeof(WindowSection[]))]
[JsonSerializable(typeof(FreezeWindow))]
[JsonSerializable(typeof(WindowTerms))]
[JsonSerializable(typeof(MetricSection[]))]
[JsonSerializable(typeof(TemplateArgumentSection[]))]
[JsonSerializable(typeof(TemplateParameterSection[]))]
[JsonSerializable(typeof(MetricTemplate))]
[JsonSerializable(typeof(NameValueSection[]))]
[JsonSerializable(typeof(RouteSection[]))]
[JsonSerializable(typeof(GateSection[]))]
[JsonSerializable(typeof(GateMetadataSection[]))]
[JsonSerializable(typeof(NotificationChannel))]
[JsonSerializable(typeof(NotificationEvent[]))]
[JsonSerializable(typeof(SlackMentionSection[]))]
public sealed partial class RolloutJson : JsonSerializerContext
{
    /// <summary>The whole resource.</summary>
    public static string Write(Rollout rollout) => JsonSerializer.Serialize(rollout, Default.Rollout);

    /// <summary>The whole freeze.</summary>
    public static string Write(FreezeWindow freeze) => JsonSerializer.Serialize(freeze, Default.FreezeWindow);
}

/// <summary>A duration as <see cref="DurationText"/> writes it.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && DurationText.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("A duration like 5m is expected.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(DurationText.Format(value));
}

/// <summary>Names and texts as a JSON object, in their order.</summary>
internal sealed class PairsConverter : JsonConverter<EquatableArray<KeyValuePair<string, string>>>
{
    public override EquatableArray<KeyValuePair<string, string>> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            pairs.Add(new(name, reader.GetString() ?? throw new JsonException("Text is expected, not null.")));
        }

        return [.. pairs];
    }

    public override void Write(Utf8JsonWriter writer, EquatableArray<KeyValuePair<string, string>> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }
}
