using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>One freeze of a file, read.</summary>
/// <param name="Resource">The freeze; of one with errors what could be read.</param>
/// <param name="HasErrors">It has errors.</param>
/// <param name="Places">Where its fields stand.</param>
/// <param name="File">The file, when it came from one.</param>
public sealed record FreezeWindowDocument(FreezeWindow Resource, bool HasErrors, FieldPlaces Places, string? File);

/// <summary>What became of a text with freezes.</summary>
/// <param name="Documents">All of them, in order, those with errors too: what cannot be read must not be overlooked.</param>
/// <param name="Problems">All that is wrong in any document, in order; warnings among them.</param>
public sealed record FreezeWindowReadResult(IReadOnlyList<FreezeWindowDocument> Documents, IReadOnlyList<FieldProblem> Problems);

/// <summary>Reads FreezeWindows and ClusterFreezeWindows as strictly as <see cref="RolloutReader"/> reads Rollouts, which it passes over.</summary>
public static class FreezeWindowReader
{
    private static readonly FreezeWindowValidator _rules = new();
    private static readonly DocumentReader<FreezeWindow> _local = new(FreezeWindow.KindText, Window, Check, [.. OtherKinds.Than(FreezeWindow.KindText)]);
    private static readonly DocumentReader<FreezeWindow> _cluster = new(FreezeWindow.ClusterKindText, Window, Check, [.. OtherKinds.Than(FreezeWindow.ClusterKindText)]);
    private static readonly string[] _keptOfServer = ["name", "namespace"];

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static FreezeWindowReadResult Read(string text, string? file) =>
        MayHold(text) ? Join(_local.Read(text, file), _cluster.Read(text, file), file) : new([], []);

    /// <summary>A text that may hold a freeze, even where it cannot be parsed.</summary>
    public static bool MayHold(string text) => text.Contains(FreezeWindow.KindText, StringComparison.Ordinal);

    /// <summary>Reads one object as the API server gives it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="isCluster">It is a ClusterFreezeWindow.</param>
    public static FreezeWindowReadResult ReadServerObject(string json, bool isCluster)
    {
        var read = (isCluster ? _cluster : _local).Read(json, null, root => ServerObject.Keep(root, _keptOfServer));
        return new([.. read.Documents.Select(each => Document(each, null))], read.Problems);
    }

    /// <summary>What is wrong with the freeze, without places in a text; empty when it may be used.</summary>
    public static IReadOnlyList<FieldProblem> Problems(FreezeWindow window) => [.. Check(window).Select(found => found.Problem)];

    /// <summary>What is wrong with the text as a whole, or with other kinds, the reader of Rollouts says.</summary>
    private static FreezeWindowReadResult Join(DocumentsRead<FreezeWindow> local, DocumentsRead<FreezeWindow> cluster, string? file) => new(
        [.. local.Documents.Where(IsOf(FreezeWindow.KindText)).Concat(cluster.Documents.Where(IsOf(FreezeWindow.ClusterKindText))).Select(each => Document(each, file))],
        [.. local.Problems.Concat(cluster.Problems).Where(problem => problem.Path is not ("" or "kind"))]);

    /// <summary>A document without a kind is everybody's, and nobody's.</summary>
    private static Func<DocumentRead<FreezeWindow>, bool> IsOf(string kind) => read => read.Resource.Kind == kind;

    private static FreezeWindowDocument Document(DocumentRead<FreezeWindow> read, string? file) => new(read.Resource, read.HasErrors, read.Places, file);

    private static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(FreezeWindow window) =>
        _rules.Validate(window).Errors.Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));

    private static FreezeWindow Window(FieldReader fields) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", Metadata) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    private static FreezeWindowMetadata Metadata(FieldReader fields)
    {
        _ = fields.Pairs("labels");
        _ = fields.Pairs("annotations");
        return new() { Name = fields.Text("name") ?? "", Namespace = fields.Text("namespace") ?? new FreezeWindowMetadata().Namespace };
    }

    private static FreezeWindowSpec Spec(FieldReader fields) => new()
    {
        Reason = fields.Text("reason") ?? "",
        Selector = fields.Section("selector", each => new FreezeSelectorSection { Names = each.Texts("names"), MatchLabels = each.Pairs("matchLabels") }) ?? new(),
        Start = fields.Moment("start"),
        End = fields.Moment("end"),
        Cron = fields.Text("cron"),
        Duration = fields.Duration("duration", mayBeZero: false),
        Dates = fields.Texts("dates"),
        TimeZone = fields.Text("timeZone"),
    };
}
