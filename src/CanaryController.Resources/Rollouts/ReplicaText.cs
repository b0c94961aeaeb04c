using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Resources.Rollouts;

/// <summary>A canary size as it was written: pods (<c>3</c>) or a share of stable's size (<c>30%</c>).</summary>
/// <param name="Count">Pods; null for a share.</param>
/// <param name="Percent">The share; null for pods.</param>
[JsonConverter(typeof(ReplicaTextConverter))]
public sealed record ReplicaText(int? Count, int? Percent)
{
    /// <summary>As it is written.</summary>
    public override string ToString() => Count is { } count ? count.ToString(CultureInfo.InvariantCulture) : $"{Percent}%";

    /// <summary>Reads <c>30%</c>.</summary>
    public static ReplicaText? TryParseShare(string? text) =>
        text is [.. var digits, '%'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? new(null, percent) : null;
}

/// <summary>Writes a size as a JSON number or as text with a percent sign.</summary>
internal sealed class ReplicaTextConverter : JsonConverter<ReplicaText>
{
    public override ReplicaText? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out var count) => new ReplicaText(count, null),
        JsonTokenType.String when ReplicaText.TryParseShare(reader.GetString()) is { } share => share,
        _ => throw new JsonException("A size is a number of pods or a share like 30%."),
    };

    public override void Write(Utf8JsonWriter writer, ReplicaText value, JsonSerializerOptions options)
    {
        if (value.Count is { } count)
        {
            writer.WriteNumberValue(count);
        }
        else
        {
            writer.WriteStringValue(value.ToString());
        }
    }
}
