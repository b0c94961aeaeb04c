using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// A limit as it was written: a plain number (<c>99</c>) or a duration (<c>500ms</c>). Which of the two a metric wants is a rule, not a matter of form.
/// </summary>
/// <param name="Number">The plain number; null for a duration.</param>
/// <param name="Duration">The duration; null for a plain number.</param>
[JsonConverter(typeof(LimitTextConverter))]
public sealed record LimitText(decimal? Number, TimeSpan? Duration)
{
    /// <summary>A plain number.</summary>
    public static LimitText Of(decimal number) => new(number, null);

    /// <summary>A duration.</summary>
    public static LimitText Of(TimeSpan duration) => new(null, duration);

    /// <summary>As it is written.</summary>
    public override string ToString() =>
        Duration is { } duration ? DurationText.Format(duration) : (Number ?? 0).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Writes a limit as a JSON number or as a duration's text.</summary>
internal sealed class LimitTextConverter : JsonConverter<LimitText>
{
    public override LimitText? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => LimitText.Of(reader.GetDecimal()),
        JsonTokenType.String when DurationText.TryParse(reader.GetString(), out var duration) => LimitText.Of(duration),
        _ => throw new JsonException("A limit is a number or a duration like 500ms."),
    };

    public override void Write(Utf8JsonWriter writer, LimitText value, JsonSerializerOptions options)
    {
        if (value.Duration is { } duration)
        {
            writer.WriteStringValue(DurationText.Format(duration));
        }
        else
        {
            writer.WriteNumberValue(value.Number ?? 0);
        }
    }
}
