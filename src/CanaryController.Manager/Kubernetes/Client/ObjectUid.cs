using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Resources.Persistence;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// An object's uid, kept as the number that it is on every server there is; anything else is kept as text. As texts, uids of objects and of their owners would be a tenth of all that is kept, and each
/// would push a text that many objects share out of <see cref="SharedText"/>.
/// </summary>
internal readonly record struct ObjectUid
{
    private const int Length = 36;

    private readonly Guid _number;
    private readonly string? _text;

    private ObjectUid(Guid number, string? text) => (_number, _text) = (number, text);

    /// <summary>Of a text.</summary>
    public static ObjectUid Of(string text) => Guid.TryParseExact(text, "D", out var number) && number.ToString() == text ? new(number, null) : new(default, text);

    /// <summary>Reads the member <c>uid</c>; empty when there is none, or it is no text.</summary>
    public static ObjectUid Read(JsonElement from)
    {
        if (!from.TryGetProperty("uid"u8, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return new(default, "");
        }

        // With its quotes. Another notation of the same number is another uid.
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw.Length == Length && !raw.ContainsAnyInRange((byte)'A', (byte)'Z') && Utf8Parser.TryParse(raw, out Guid number, out var read, 'D') && read == Length
            ? new(number, null)
            : new(default, value.GetString());
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? _number.ToString();
}

/// <summary>A resourceVersion, kept as the number that it is on every server there is; anything else is kept as text.</summary>
internal readonly record struct ObjectVersion
{
    private readonly ulong _number;
    private readonly string? _text;

    private ObjectVersion(ulong number, string? text) => (_number, _text) = (number, text);

    /// <summary>Of a text.</summary>
    public static ObjectVersion Of(string text) =>
        ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text ? new(number, null) : new(0, text);

    /// <summary>Reads the member <c>resourceVersion</c>; empty when there is none, or it is no text.</summary>
    public static ObjectVersion Read(JsonElement from)
    {
        if (!from.TryGetProperty("resourceVersion"u8, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return new(0, "");
        }

        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw is [>= (byte)'1' and <= (byte)'9', ..] && Utf8Parser.TryParse(raw, out ulong number, out var read) && read == raw.Length ? new(number, null) : Of(value.GetString()!);
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);
}
