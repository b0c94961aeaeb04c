using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>
/// Reads Rollouts from YAML (any number of documents) or JSON, strictly: an unknown field, a repeated one, a wrong type or a wrong unit is an error, and every error of every
/// document is reported at once, with file, line, column, field, value and fix. It never throws for what stands in a text.
/// </summary>
public static class RolloutReader
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxCharacters = 1 << 20;

    /// <summary>How many documents one text may hold.</summary>
    public const int MaxDocuments = 100;

    /// <summary>How many problems are reported for one text.</summary>
    public const int MaxProblems = 500;

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="rules">The rules that hold beside those of the resource.</param>
    public static ReadResult Read(string text, string? file, RolloutRules rules = RolloutRules.Standalone)
    {
        if (text.Length > MaxCharacters)
        {
            return Refuse(file, new Place(1, 1), $"the text has {text.Length} characters; {MaxCharacters} are read at most", "split it into several files");
        }

        text = text.TrimStart('\uFEFF');
        var (documents, problems, invalid) = (new List<RolloutDocument>(), new List<FieldProblem>(), new List<RolloutDocument>());
        var count = 0;
        foreach (var part in Parts(text, file, problems))
        {
            if (++count > MaxDocuments)
            {
                problems.Add(new FieldProblem("", null, $"more than {MaxDocuments} documents; this one and all after it were not read", "split it into several files", file, part.At.Line, part.At.Column));
                break;
            }

            var (document, found) = Document(part, file, rules);
            problems.AddRange(found);
            if (document is { Resource.Metadata.Name.Length: > 0 })
            {
                (found.Any(problem => problem.Severity is ProblemSeverity.Error) ? invalid : documents).Add(document);
            }
        }

        return count == 0 && problems.Count == 0
            ? Refuse(file, new Place(1, 1), "there is no Rollout in it", "write one, or delete the file")
            : new ReadResult(documents, Limit(problems, file), invalid);
    }

    private static ReadResult Refuse(string? file, Place at, string message, string fix) =>
        new([], [new FieldProblem("", null, message, fix, file, at.Line, at.Column)], []);

    private static List<FieldProblem> Limit(List<FieldProblem> problems, string? file) =>
        problems.Count <= MaxProblems
            ? problems
            : [.. problems.Take(MaxProblems), new FieldProblem("", null, $"{problems.Count - MaxProblems} more problems are not listed", "mend these first", file, 1, 1)];

    /// <summary>The documents as nodes. One that is broken is reported and left out; the others are read.</summary>
    private static IEnumerable<Node> Parts(string text, string? file, List<FieldProblem> problems)
    {
        if (JsonTree.IsMeant(text))
        {
            return Attempt(() => JsonTree.Read(text), file, problems) ?? [];
        }

        return DocumentSplitter.Split(text).Select(part => Attempt(() => YamlTree.Read(part), file, problems)).OfType<Node>();
    }

    private static T? Attempt<T>(Func<T?> read, string? file, List<FieldProblem> problems)
        where T : class
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

    private static (RolloutDocument? Document, IReadOnlyList<FieldProblem> Problems) Document(Node root, string? file, RolloutRules rules)
    {
        var problems = new DocumentProblems(file);
        problems.Places.Add("", root);
        if (ForeignKind(root) is { } foreign)
        {
            problems.Report("kind", foreign, $"{foreign.Show()} is not a kind that is read here", $"write {Rollout.KindText}, or keep other kinds in other files");
            return (null, problems.InOrder);
        }

        if (FieldReader.Section(problems, "", root, RolloutBinder.Rollout) is not { } resource)
        {
            return (null, problems.InOrder);
        }

        foreach (var (problem, isAbsence) in RolloutRuleBook.Check(resource, rules))
        {
            problems.Report(problem, isAbsence);
        }

        return (new RolloutDocument(resource, resource.Key, problems.Places, file), problems.InOrder);
    }

    /// <summary>The kind, when it is that of something else: then nothing more is to be said about its fields.</summary>
    private static ScalarNode? ForeignKind(Node root) =>
        (root as MapNode)?.Entries.FirstOrDefault(entry => entry.Key.Text == "kind")?.Value is ScalarNode { IsNull: false } kind && kind.Text != Rollout.KindText ? kind : null;
}
