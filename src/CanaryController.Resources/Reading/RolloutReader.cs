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

    private static readonly string[] _keptOfServer = ["name", "namespace"];

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="rules">The rules that hold beside those of the resource.</param>
    public static ReadResult Read(string text, string? file, RolloutRules rules = RolloutRules.Standalone) => Read(text, file, rules, keep: null);

    /// <summary>
    /// Reads one object as the API server gives it. Its status is left out, and all metadata but name and namespace: labels and annotations are not read, because nothing here
    /// depends on them and a tool's annotation must not make a rollout invalid.
    /// </summary>
    /// <param name="json">The object.</param>
    /// <param name="rules">The rules that hold beside those of the resource.</param>
    public static ReadResult ReadServerObject(string json, RolloutRules rules = RolloutRules.Kubernetes) =>
        Read(json, file: null, rules, root => ServerObject.Keep(root, _keptOfServer));

    private static ReadResult Read(string text, string? file, RolloutRules rules, Func<Node, Node>? keep)
    {
        var read = new DocumentReader<Rollout>(
            Rollout.KindText, RolloutBinder.Rollout, resource => RolloutRuleBook.Check(resource, rules), [.. OtherKinds.Than(Rollout.KindText)]).Read(text, file, keep);
        var (documents, invalid) = (new List<RolloutDocument>(), new List<RolloutDocument>());
        foreach (var document in read.Documents.Where(document => document.Resource.Metadata.Name.Length > 0))
        {
            (document.HasErrors ? invalid : documents).Add(new RolloutDocument(document.Resource, document.Resource.Key, document.Places, file));
        }

        return new ReadResult(documents, read.Problems, invalid);
    }
}
