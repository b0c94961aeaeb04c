using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CanaryController.Resources.Reading;

/// <summary>
/// Reads one YAML document into nodes with exact places, from the parser's events: nothing is resolved, merged or converted, so that nothing can be guessed.
/// Anchors, aliases and tags are refused, and depth is bounded, so that a small text cannot become large.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>How deep maps and lists may lie in each other; a Rollout needs 8.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many entries one map or list may have.</summary>
    public const int MaxEntries = 1_000;

    private readonly Parser _parser;
    private readonly int _linesBefore;
    private readonly Place _end;
    private Place _last;

    private YamlTree(DocumentText document)
    {
        _parser = new Parser(new StringReader(document.Text));
        _linesBefore = document.FirstLine - 1;
        _last = new Place(document.FirstLine, 1);
        foreach (var line in document.Text.AsSpan().EnumerateLines())
        {
            _end = new Place(_end.Line + 1, line.Length + 1);
        }
    }

    /// <summary>The document's only node; null when it holds nothing.</summary>
    /// <exception cref="DocumentException">It is not YAML, or not the YAML that is read here.</exception>
    public static Node? Read(DocumentText document)
    {
        TextGuard.Check(document);
        var tree = new YamlTree(document);
        try
        {
            return tree.Document();
        }
        catch (YamlException broken)
        {
            throw YamlFault.Explain(document, tree.At(broken.Start), broken);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The parser gives up in these ways on some malformed texts instead of saying where.
            throw new DocumentException(tree._last, "not valid YAML: what follows cannot be read", "look for a quote, bracket or brace that is not closed");
        }
    }

    /// <summary>Stops at <see cref="MaxEntries"/>.</summary>
    internal static void Bound(Place at, int entries)
    {
        if (entries > MaxEntries)
        {
            throw new DocumentException(at, $"a map or list has more than {MaxEntries} entries", "a Rollout needs far fewer");
        }
    }

    private Node? Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = Value(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
        {
            throw new DocumentException(At(_parser.Current!), "text follows after the end of the document", "begin each document with a line ---");
        }

        return root;
    }

    private Node Value(int depth)
    {
        var next = _parser.Current ?? throw new YamlException("unexpected end");
        if (depth > MaxDepth)
        {
            throw new DocumentException(At(next), $"maps and lists lie more than {MaxDepth} deep in each other", "a Rollout needs 8 levels");
        }

        return next switch
        {
            AnchorAlias alias => throw new DocumentException(At(next), $"an alias (*{ScalarNode.Show(alias.Value.Value)}) is not read here", "write the value out"),
            NodeEvent { Anchor.IsEmpty: false } anchored =>
                throw new DocumentException(At(next), $"an anchor (&{ScalarNode.Show(anchored.Anchor.Value)}) is not read here", "leave it out, and write the value out at each place"),
            NodeEvent { Tag.IsEmpty: false } => throw new DocumentException(At(next), "a tag (!name) is not read here", "leave it out; put text that looks like a number in quotes"),
            Scalar => Single(),
            SequenceStart => List(depth),
            MappingStart => Map(depth),
            _ => throw new DocumentException(At(next), "a value is expected here", null),
        };
    }

    private ScalarNode Single()
    {
        var scalar = _parser.Consume<Scalar>();
        return new ScalarNode(At(scalar), scalar.Value, scalar.Style is not ScalarStyle.Plain);
    }

    private ListNode List(int depth)
    {
        var at = At(_parser.Consume<SequenceStart>());
        var items = new List<Node>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Value(depth + 1));
            Bound(at, items.Count);
        }

        return new ListNode(at, items);
    }

    private MapNode Map(int depth)
    {
        var at = At(_parser.Consume<MappingStart>());
        var entries = new List<MapEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Value(depth + 1) is not ScalarNode key)
            {
                throw new DocumentException(at, "a map or list stands where a field's name is expected", "write name: value; put text that begins with { or [ in quotes");
            }

            entries.Add(new MapEntry(key, Value(depth + 1)));
            Bound(at, entries.Count);
        }

        return new MapNode(at, entries);
    }

    private Place At(ParsingEvent seen) => _last = At(seen.Start);

    /// <summary>The mark in the whole text. At the end of a text the parser may be a line beyond it.</summary>
    private Place At(Mark mark) => mark.Line > _end.Line ? _end with { Line = _end.Line + _linesBefore } : new((int)mark.Line + _linesBefore, (int)mark.Column);
}
