using System.Text;
using System.Text.Json;
using CanaryController.Resources.Persistence;

namespace CanaryController.Resources.Reading;

/// <summary>Reads JSON into the same nodes as YAML, with exact places; strict as RFC 8259 (no comments, no trailing commas).</summary>
internal ref struct JsonTree
{
    private static readonly JsonReaderOptions _strict = new() { MaxDepth = YamlTree.MaxDepth, AllowMultipleValues = true };
    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _reader;
    private int _seen;
    private int _line;
    private int _column;

    private JsonTree(ReadOnlySpan<byte> text)
    {
        _text = text;
        _reader = new Utf8JsonReader(text, _strict);
        _line = 1;
    }

    /// <summary>Whether a text is meant as JSON: it begins with a brace and a double quote.</summary>
    public static bool IsMeant(ReadOnlySpan<char> text)
    {
        var trimmed = text.TrimStart();
        return trimmed is ['{', .. var rest] && rest.TrimStart() is ['"', ..];
    }

    /// <summary>The objects of the text, one after the other.</summary>
    /// <exception cref="DocumentException">It is not JSON.</exception>
    public static IReadOnlyList<Node> Read(string text)
    {
        TextGuard.Check(new DocumentText(text, 1));
        var tree = new JsonTree(Encoding.UTF8.GetBytes(text));
        var roots = new List<Node>();
        try
        {
            while (tree._reader.Read())
            {
                roots.Add(tree.Value());
            }
        }
        catch (JsonException broken)
        {
            throw Explain(new Place((int)(broken.LineNumber ?? 0) + 1, (int)(broken.BytePositionInLine ?? 0) + 1), broken.Message);
        }
        catch (InvalidOperationException)
        {
            throw new DocumentException(tree.At(), "not valid JSON: text with half a character (\\ud800 to \\udfff without its other half)", "write the whole character");
        }

        return roots;
    }

    /// <summary>The reader speaks of its own settings; a person must know what to change in the text.</summary>
    private static DocumentException Explain(Place at, string message) => message.Split(" LineNumber:")[0].TrimEnd('.') switch
    {
        var reason when reason.Contains("trailing comma", StringComparison.Ordinal) => new(at, "not valid JSON: a comma follows the last item", "remove the comma before this place"),
        var reason when reason.Contains("configured depth", StringComparison.Ordinal) => new(at, $"maps and lists lie more than {YamlTree.MaxDepth} deep in each other", "a Rollout needs 8 levels"),
        var reason when reason.StartsWith("'/'", StringComparison.Ordinal) => new(at, "not valid JSON: it has no comments", "remove the comment, or write YAML"),
        var reason => new(at, $"not valid JSON: {ScalarNode.Show(reason)}", "look at this line and the one before: a comma, quote or bracket"),
    };

    private Node Value()
    {
        var at = At();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<MapEntry>();
                while (_reader.Read() && _reader.TokenType is JsonTokenType.PropertyName)
                {
                    var key = new ScalarNode(At(), SharedText.Of(ref _reader)!, Quoted: true);
                    _reader.Read();
                    entries.Add(new MapEntry(key, Value()));
                    YamlTree.Bound(at, entries.Count);
                }

                return new MapNode(at, entries);
            case JsonTokenType.StartArray:
                var items = new List<Node>();
                while (_reader.Read() && _reader.TokenType is not JsonTokenType.EndArray)
                {
                    items.Add(Value());
                    YamlTree.Bound(at, items.Count);
                }

                return new ListNode(at, items);
            case JsonTokenType.String:
                return new ScalarNode(at, SharedText.Of(ref _reader)!, Quoted: true);
            default:
                return new ScalarNode(at, Encoding.UTF8.GetString(_reader.ValueSpan), Quoted: false);
        }
    }

    /// <summary>Where the present token begins. Tokens come in order, so that lines are counted once.</summary>
    private Place At()
    {
        var index = (int)_reader.TokenStartIndex;
        for (; _seen < index; _seen++)
        {
            if (_text[_seen] == (byte)'\n')
            {
                _line++;
                _column = 0;
            }
            else if ((_text[_seen] & 0xC0) != 0x80)
            {
                _column++;
            }
        }

        return new Place(_line, _column + 1);
    }
}
