using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// A few pairs of texts in one array: labels, annotations, selectors. A dictionary takes ten times the memory, of which a large cluster has hundreds of thousands. Looking up goes through all
/// of them.
/// </summary>
internal sealed class TextPairs : IReadOnlyDictionary<string, string>
{
    /// <summary>None.</summary>
    public static readonly TextPairs None = new([]);

    private readonly string[] _texts;

    private TextPairs(string[] texts) => _texts = texts;

    /// <summary>Makes them of keys and values in turn. Keys are different.</summary>
    public static TextPairs Of(ReadOnlySpan<string> keysAndValues) => keysAndValues.IsEmpty ? None : new([.. keysAndValues]);

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
            if (_texts[index] == key)
            {
                value = _texts[index + 1];
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
            yield return new(_texts[index], _texts[index + 1]);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
