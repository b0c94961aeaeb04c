using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>What became of a text with approvals.</summary>
/// <param name="Approvals">The valid ones, in order.</param>
/// <param name="Problems">All that is wrong in any document, in order.</param>
/// <param name="Invalid">Documents with errors: what could be read of each, never to be carried out.</param>
public sealed record ApprovalReadResult(IReadOnlyList<ApprovalResource> Approvals, IReadOnlyList<FieldProblem> Problems, IReadOnlyList<ApprovalResource> Invalid);

/// <summary>Reads Approvals as strictly as <see cref="RolloutReader"/> reads Rollouts, which it passes over.</summary>
public static class ApprovalReader
{
    private static readonly string[] _keptOfServer = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "annotations"];
    private static readonly DocumentReader<ApprovalResource> _files = new(ApprovalResource.KindText, fields => Approval(fields, isServers: false), ApprovalRules.Check, [.. OtherKinds.Than(ApprovalResource.KindText)]);
    private static readonly DocumentReader<ApprovalResource> _objects = new(ApprovalResource.KindText, fields => Approval(fields, isServers: true), ApprovalRules.Check);

    /// <summary>Reads all documents of <paramref name="text"/>. What is wrong with it as a whole, or with other kinds, the reader of Rollouts says.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static ApprovalReadResult Read(string text, string? file)
    {
        if (!text.Contains(ApprovalResource.KindText, StringComparison.Ordinal))
        {
            return new([], [], []);
        }

        var read = Result(_files.Read(text, file));
        return read with { Problems = [.. read.Problems.Where(problem => problem.Path is not ("" or "kind"))] };
    }

    /// <summary>Reads one object as the API server gives it. Its status is left out, and of its metadata what nobody here reads.</summary>
    /// <param name="json">The object.</param>
    public static ApprovalReadResult ReadServerObject(string json) => Result(_objects.Read(json, file: null, root => ServerObject.Keep(root, _keptOfServer, RolloutCommandResource.RequestedByAnnotation)));

    private static ApprovalReadResult Result(DocumentsRead<ApprovalResource> read) => new(
        [.. read.Documents.Where(document => !document.HasErrors).Select(document => document.Resource)],
        read.Problems,
        [.. read.Documents.Where(document => document.HasErrors).Select(document => document.Resource)]);

    private static ApprovalResource Approval(FieldReader fields, bool isServers) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", each => isServers ? RolloutCommandReader.ServersMetadata(each) : RolloutCommandReader.Metadata(each)) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    private static ApprovalSpec Spec(FieldReader fields) => new()
    {
        Rollout = fields.Text("rollout") ?? "",
        Revision = fields.Text("revision") ?? "",
        Step = fields.Count("step", 1, 50),
        Decision = fields.Choice<ApprovalDecision>("decision"),
        Comment = fields.Text("comment"),
    };
}
