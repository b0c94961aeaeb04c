using CanaryController.Resources.Api;

namespace CanaryController.Resources.Reading;

/// <summary>Collects what is wrong with one document, with its place.</summary>
internal sealed class DocumentProblems(string? file)
{
    private readonly List<FieldProblem> _found = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _empty = new(StringComparer.Ordinal);

    /// <summary>Where the fields stand.</summary>
    public FieldPlaces Places { get; } = new();

    /// <summary>All that was found, in the order of the text.</summary>
    public IReadOnlyList<FieldProblem> InOrder => [.. _found.OrderBy(problem => (problem.Line, problem.Column))];

    /// <summary>Something is wrong with what stands at <paramref name="path"/>.</summary>
    public void Report(string path, Node node, string message, string? fix) => Report(path, node.At, node.Show(), message, fix);

    /// <summary>Something is wrong at a place that need not be a field.</summary>
    public void Report(string path, Place at, string? value, string message, string? fix)
    {
        _reported.Add(path);
        _found.Add(new FieldProblem(path, value, message, fix, file, at.Line, at.Column));
    }

    /// <summary>The field at <paramref name="path"/> is there and has no value.</summary>
    public void ReportEmpty(string path, Node node)
    {
        _empty[path] = _found.Count;
        Report(path, node, "the field has no value", "write one, or leave the field out");
    }

    /// <summary>The field at <paramref name="path"/> is probably meant by one that was reported: do not ask for it as well.</summary>
    public void Excuse(string path) => _reported.Add(path);

    /// <summary>A rule is broken. Left out when what it is about could not be read in the first place.</summary>
    /// <param name="broken">The problem, without its place.</param>
    /// <param name="isAbsence">The rule says that something is missing: it may be one of the parts that could not be read.</param>
    public void Report(FieldProblem broken, bool isAbsence)
    {
        if (isAbsence && _empty.FirstOrDefault(empty => empty.Key == broken.Path || FieldPlaces.Parent(empty.Key) == broken.Path) is { Key: not null } needed)
        {
            // Leaving it out would only be the next error.
            _found[needed.Value] = _found[needed.Value] with { Fix = broken.Fix };
        }

        if (_reported.Any(path => Covers(path, broken.Path) || (isAbsence && Covers(broken.Path, path))))
        {
            return;
        }

        var (line, column) = Places.Find(broken.Path);
        _found.Add(broken with { File = file, Line = Math.Max(1, line), Column = Math.Max(1, column), Value = Places.Show(broken.Path) });
    }

    private static bool Covers(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || outer.Length == 0 || inner[outer.Length] is '.' or '[');
}
