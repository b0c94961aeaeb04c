using CanaryController.Resources.Api;

namespace CanaryController.Resources.Reading;

/// <summary>What a text holds: the documents that could be read, each with what is wrong with it, and all problems of the text in order.</summary>
internal sealed record DocumentsRead<T>(IReadOnlyList<DocumentRead<T>> Documents, IReadOnlyList<FieldProblem> Problems);

/// <summary>One document, read.</summary>
internal sealed record DocumentRead<T>(T Resource, FieldPlaces Places, bool HasErrors);

/// <summary>How documents of one kind are read. What the kinds share: limits, places, and that nothing in a text throws.</summary>
/// <param name="kind">What <c>kind</c> must be.</param>
/// <param name="bind">Takes the fields.</param>
/// <param name="check">The rules.</param>
/// <param name="others">Kinds that somebody else reads of the same text: passed over in silence.</param>
internal sealed class DocumentReader<T>(
    string kind, Func<FieldReader, T> bind, Func<T, IEnumerable<(FieldProblem Problem, bool IsAbsence)>> check, params IReadOnlyList<string> others)
    where T : class
{
    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="keep">What of a document is read; null = all of it.</param>
    public DocumentsRead<T> Read(string text, string? file, Func<Node, Node>? keep = null)
    {
        if (text.Length > RolloutReader.MaxCharacters)
        {
            return Refuse(file, new Place(1, 1), $"the text has {text.Length} characters; {RolloutReader.MaxCharacters} are read at most", "split it into several files");
        }

        text = text.TrimStart('\uFEFF');
        var (documents, problems) = (new List<DocumentRead<T>>(), new List<FieldProblem>());
        var count = 0;
        foreach (var part in Parts(text, file, problems))
        {
            if (++count > RolloutReader.MaxDocuments)
            {
                problems.Add(new FieldProblem("", null, $"more than {RolloutReader.MaxDocuments} documents; this one and all after it were not read", "split it into several files", file, part.At.Line, part.At.Column));
                break;
            }

            var (document, found) = Document(keep is null ? part : keep(part), file);
            problems.AddRange(found);
            if (document is not null)
            {
                documents.Add(document);
            }
        }

        return count == 0 && problems.Count == 0
            ? Refuse(file, new Place(1, 1), $"there is no {kind} in it", "write one, or delete the file")
            : new DocumentsRead<T>(documents, Limit(problems, file));
    }

    private static DocumentsRead<T> Refuse(string? file, Place at, string message, string fix) => new([], [new FieldProblem("", null, message, fix, file, at.Line, at.Column)]);

    private static List<FieldProblem> Limit(List<FieldProblem> problems, string? file) =>
        problems.Count <= RolloutReader.MaxProblems
            ? problems
            : [.. problems.Take(RolloutReader.MaxProblems), new FieldProblem("", null, $"{problems.Count - RolloutReader.MaxProblems} more problems are not listed", "mend these first", file, 1, 1)];

    /// <summary>The documents as nodes. One that is broken is reported and left out; the others are read.</summary>
    private static IEnumerable<Node> Parts(string text, string? file, List<FieldProblem> problems)
    {
        if (JsonTree.IsMeant(text))
        {
            return Attempt(() => JsonTree.Read(text), file, problems) ?? [];
        }

        return DocumentSplitter.Split(text).Select(part => Attempt(() => YamlTree.Read(part), file, problems)).OfType<Node>();
    }

    private static TResult? Attempt<TResult>(Func<TResult?> read, string? file, List<FieldProblem> problems)
        where TResult : class
    {
        try
        {
            return read();
        }
        catch (DocumentException broken)
        {
            problems.Add(new FieldProblem("", null, broken.Message, broken.Fix, file, broken.At.Line, broken.At.Column));
            return null;
        }
    }

    private (DocumentRead<T>? Document, IReadOnlyList<FieldProblem> Problems) Document(Node root, string? file)
    {
        var problems = new DocumentProblems(file);
        problems.Places.Add("", root);
        if (ForeignKind(root) is { } foreign)
        {
            if (others.Contains(foreign.Text, StringComparer.Ordinal))
            {
                return (null, []);
            }

            problems.Report("kind", foreign, $"{foreign.Show()} is not a kind that is read here", $"write {kind}, or keep other kinds in other files");
            return (null, problems.InOrder);
        }

        if (FieldReader.Section(problems, "", root, bind) is not { } resource)
        {
            return (null, problems.InOrder);
        }

        foreach (var (problem, isAbsence) in check(resource))
        {
            problems.Report(problem, isAbsence);
        }

        var found = problems.InOrder;
        return (new DocumentRead<T>(resource, problems.Places, found.Any(problem => problem.Severity is ProblemSeverity.Error)), found);
    }

    /// <summary>The kind, when it is that of something else: then nothing more is to be said about its fields.</summary>
    private ScalarNode? ForeignKind(Node root) =>
        (root as MapNode)?.Entries.FirstOrDefault(entry => entry.Key.Text == "kind")?.Value is ScalarNode { IsNull: false } written && written.Text != kind ? written : null;
}
