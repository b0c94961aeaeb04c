using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Gives equal short texts of many objects one string: the objects of a cluster say the same names, labels and kinds over and over. It remembers a bounded number of texts, and forgets one when
/// another needs its place: that costs memory, never correctness. For all threads.
/// </summary>
internal static class SharedText
{
    private const int Places = 1 << 15;
    private const int LongestBytes = 64;

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
