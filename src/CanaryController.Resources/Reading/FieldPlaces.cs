namespace CanaryController.Resources.Reading;

/// <summary>Where the fields of a document stand in its text.</summary>
public sealed class FieldPlaces
{
    private readonly Dictionary<string, Node> _places = new(StringComparer.Ordinal);

    internal FieldPlaces()
    {
    }

    /// <summary>Line and column, from 1, of the value at <paramref name="path"/>; where it is missing, of the nearest part of the document around it. (0, 0) for an empty document.</summary>
    public (int Line, int Column) Find(string path)
    {
        for (var at = path; ; at = Parent(at))
        {
            if (_places.TryGetValue(at, out var found))
            {
                return (found.At.Line, found.At.Column);
            }

            if (at.Length == 0)
            {
                return (0, 0);
            }
        }
    }

    /// <summary>What stands at <paramref name="path"/>, shortened; null when nothing does.</summary>
    public string? Show(string path) => _places.GetValueOrDefault(path)?.Show();

    internal void Add(string path, Node node) => _places.TryAdd(path, node);

    /// <summary>The path of the part around it; empty for the whole document.</summary>
    internal static string Parent(string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return cut < 0 ? "" : path[..cut];
    }
}
