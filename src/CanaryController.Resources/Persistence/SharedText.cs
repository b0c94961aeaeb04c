using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Resources.Persistence;

/// <summary>
/// Gives equal short texts of many objects one string: the objects of a cluster say the same names, labels, reasons and sentences over and over. It remembers a bounded number of texts, and
/// forgets one when another needs its place: that costs memory, never correctness. For all threads.
/// </summary>
public static class SharedText
{
    private const int Places = 1 << 15;
    private const int LongestBytes = 128;

    private static readonly string?[] _remembered = new string?[Places];

    /// <summary>The text of a JSON string.</summary>
    public static string Of(JsonElement value)
    {
        // With its quotes.
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return raw.Length <= LongestBytes + 2 && !raw.Contains((byte)'\\') ? Of(raw[1..^1]) ?? value.GetString()! : value.GetString()!;
    }

    /// <summary>The name of a member.</summary>
    public static string NameOf(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Length <= LongestBytes && !raw.Contains((byte)'\\') ? Of(raw) ?? member.Name : member.Name;
    }

    /// <summary>The text of the JSON string, or the name, at which <paramref name="reader"/> stands.</summary>
    internal static string? Of(ref Utf8JsonReader reader) =>
        reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, HasValueSequence: false, ValueIsEscaped: false, ValueSpan.Length: <= LongestBytes } ? Of(reader.ValueSpan) ?? reader.GetString() : reader.GetString();

    /// <summary>The text; null when it has other letters than ASCII's.</summary>
    private static string? Of(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        hash.AddBytes(text);
        ref var place = ref _remembered[hash.ToHashCode() & (Places - 1)];
        if (place is { } known && Ascii.Equals(text, known))
        {
            return known;
        }

        return Ascii.IsValid(text) ? place = Encoding.ASCII.GetString(text) : null;
    }
}

/// <summary>Reads texts by <see cref="SharedText"/>: of each Rollout's status a few dozen are kept.</summary>
internal sealed class SharedTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SharedText.Of(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}
