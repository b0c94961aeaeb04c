using CanaryController.Core;

namespace CanaryController.Resources.Reading;

/// <summary>
/// Reads the fields of one map by name. Each name that is asked for is known from then on; <see cref="Close"/> reports all others. A field that cannot be read is
/// reported and counts as left out, so that reading goes on and everything wrong is said at once.
/// </summary>
internal sealed partial class FieldReader
{
    private const int MaxPlainName = 64;

    private readonly DocumentProblems _problems;
    private readonly string _path;
    private readonly Dictionary<string, Node> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    public FieldReader(DocumentProblems problems, string path, MapNode map)
    {
        _problems = problems;
        _path = path;
        Map = map;
        var first = new Dictionary<string, MapEntry>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (first.TryAdd(entry.Key.Text, entry))
            {
                _fields.Add(entry.Key.Text, entry.Value);
                problems.Places.Add(PathOf(entry.Key.Text), entry.Value);
            }
            else
            {
                problems.Report(
                    PathOf(entry.Key.Text), entry.Key.At, entry.Value.Show(), $"the field stands twice; it is in line {first[entry.Key.Text].Key.At.Line} already", "keep one of them");
            }
        }
    }

    /// <summary>The map.</summary>
    public MapNode Map { get; }

    /// <summary>A map field, read by <paramref name="read"/>; null when it is left out.</summary>
    public T? Section<T>(string name, Func<FieldReader, T> read)
        where T : class => Take(name) is { } node ? Section(_problems, PathOf(name), node, read) : null;

    /// <summary>A list of maps.</summary>
    public EquatableArray<T> Sections<T>(string name, Func<FieldReader, T> read)
        where T : class, new() => Items(name, (path, node) => Section(_problems, path, node, read) ?? new T());

    /// <summary>A list of texts.</summary>
    public EquatableArray<string> Texts(string name) => Items(name, (path, node) => TextOf(path, node) ?? "");

    /// <summary>A map of texts by names that the author chooses.</summary>
    public EquatableArray<KeyValuePair<string, string>> Pairs(string name)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        if (node is not MapNode map)
        {
            _problems.Report(PathOf(name), node, $"a map is expected, not {node.Describe()}", "write name: value lines");
            return [];
        }

        var pairs = new FieldReader(_problems, PathOf(name), map);
        return [.. pairs._fields.Select(field => new KeyValuePair<string, string>(field.Key, TextOf(pairs.PathOf(field.Key), field.Value) ?? ""))];
    }

    /// <summary>Reports the fields that nobody asked for.</summary>
    public void Close()
    {
        foreach (var entry in Map.Entries.Where(entry => !_known.Contains(entry.Key.Text, StringComparer.Ordinal)).DistinctBy(entry => entry.Key.Text, StringComparer.Ordinal))
        {
            if (entry.Key is { Quoted: false, Text: "<<" })
            {
                _problems.Report(PathOf(entry.Key.Text), entry.Key.At, entry.Value.Show(), "a merge key is not read here", "write the fields out at each place");
                continue;
            }

            var meant = NearestName.Find(entry.Key.Text, _known.Where(name => !_fields.ContainsKey(name)));
            if (meant is not null)
            {
                _problems.Excuse(PathOf(meant));
            }

            _problems.Report(
                PathOf(entry.Key.Text),
                entry.Key.At,
                entry.Value.Show(),
                "there is no such field",
                meant is not null ? $"write {meant}" : $"leave it out; the fields here are {string.Join(", ", _known)}");
        }
    }

    /// <summary>A map, read by <paramref name="read"/>, and closed; null when it is none.</summary>
    public static T? Section<T>(DocumentProblems problems, string path, Node node, Func<FieldReader, T> read)
        where T : class
    {
        if (node is not MapNode map)
        {
            problems.Report(path, node, $"a map is expected, not {node.Describe()}", "write name: value lines, indented below it");
            return null;
        }

        var fields = new FieldReader(problems, path, map);
        var section = read(fields);
        fields.Close();
        return section;
    }

    private EquatableArray<T> Items<T>(string name, Func<string, Node, T> read)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        if (node is not ListNode list)
        {
            _problems.Report(PathOf(name), node, $"a list is expected, not {node.Describe()}", "begin each item with - in a line of its own");
            return [];
        }

        var items = new List<T>(list.Items.Count);
        foreach (var item in list.Items)
        {
            var path = $"{PathOf(name)}[{items.Count}]";
            _problems.Places.Add(path, item);
            items.Add(read(path, item));
        }

        return [.. items];
    }

    /// <summary>The node of a field; null when it is left out. A field without a value is reported.</summary>
    private Node? Take(string name)
    {
        _known.Add(name);
        if (!_fields.TryGetValue(name, out var node))
        {
            return null;
        }

        if (node is ScalarNode { IsNull: true })
        {
            _problems.ReportEmpty(PathOf(name), node);
            return null;
        }

        return node;
    }

    private string PathOf(string name) =>
        name.Length is > 0 and <= MaxPlainName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? (_path.Length == 0 ? name : $"{_path}.{name}") : $"{_path}[\"{ScalarNode.Show(name)}\"]";
}
