using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// A few pairs of texts in one array: labels, annotations, selectors. A dictionary takes ten times the memory, of which a large cluster has hundreds of thousands. Looking up goes through all
/// of them. A long value, as our note of how a route was, is kept in half the memory and made anew for whoever asks.
/// </summary>
internal sealed class TextPairs : IReadOnlyDictionary<string, string>
{
    /// <summary>None.</summary>
    public static readonly TextPairs None = new([]);

    private const int LongCharacters = 128;

    /// <summary>Keys and values in turn; a long value as its letters.</summary>
    private readonly object[] _texts;

    private TextPairs(object[] texts) => _texts = texts;

    /// <summary>Makes them of keys and values in turn. Keys are different.</summary>
    public static TextPairs Of(ReadOnlySpan<string> keysAndValues) => keysAndValues.IsEmpty ? None : new(Keep(keysAndValues));

    /// <inheritdoc/>
    public int Count => _texts.Length / 2;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => this.Select(pair => pair.Value);

    /// <inheritdoc/>
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no {key}.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        for (var index = 0; index < _texts.Length; index += 2)
        {
            if (KeyAt(index) == key)
            {
                value = ValueAt(index);
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var index = 0; index < _texts.Length; index += 2)
        {
            yield return new(KeyAt(index), ValueAt(index));
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static object[] Keep(ReadOnlySpan<string> keysAndValues)
    {
        var texts = new object[keysAndValues.Length];
        for (var index = 0; index < texts.Length; index++)
        {
            var text = keysAndValues[index];
            texts[index] = index % 2 == 1 && text.Length > LongCharacters && Ascii.IsValid(text) ? Encoding.ASCII.GetBytes(text) : text;
        }

        return texts;
    }

    private string KeyAt(int index) => (string)_texts[index];

    private string ValueAt(int index) => _texts[index + 1] as string ?? Encoding.ASCII.GetString((byte[])_texts[index + 1]);
}
