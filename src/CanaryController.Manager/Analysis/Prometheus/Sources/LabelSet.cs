using System.Text.Json;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>A series' labels. A label that is not there is empty, as in Prometheus.</summary>
internal sealed class LabelSet
{
    private readonly List<(string Name, string Value)> _labels = [];

    private LabelSet()
    {
    }

    /// <summary>All of them, in the order of the answer.</summary>
    public IReadOnlyList<(string Name, string Value)> All => _labels;

    /// <summary>The metric's name.</summary>
    public string Name => this["__name__"];

    /// <summary>A label's value; empty when it is not there.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var label in _labels)
            {
                if (string.Equals(label.Name, name, StringComparison.Ordinal))
                {
                    return label.Value;
                }
            }

            return "";
        }
    }

    /// <summary>Reads the JSON object that Prometheus wrote.</summary>
    /// <exception cref="JsonException">A label is not a string.</exception>
    public static LabelSet Parse(ReadOnlySpan<byte> json)
    {
        var labels = new LabelSet();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            labels._labels.Add((name, reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"Label {name} is not a string.")));
        }

        return labels;
    }
}
