using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>What became of a text with commands.</summary>
/// <param name="Commands">The valid commands, in order.</param>
/// <param name="Problems">All that is wrong in any document, in order.</param>
/// <param name="Invalid">Documents with errors: what could be read of each, never to be carried out.</param>
public sealed record CommandReadResult(IReadOnlyList<RolloutCommandResource> Commands, IReadOnlyList<FieldProblem> Problems, IReadOnlyList<RolloutCommandResource> Invalid);

/// <summary>Reads RolloutCommands as strictly as <see cref="RolloutReader"/> reads Rollouts.</summary>
public static class RolloutCommandReader
{
    private static readonly string[] _keptOfServer = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "annotations"];
    private static readonly DocumentReader<RolloutCommandResource> _files = new(RolloutCommandResource.KindText, fields => Command(fields, isServers: false), RolloutCommandRules.Check);
    private static readonly DocumentReader<RolloutCommandResource> _objects = new(RolloutCommandResource.KindText, fields => Command(fields, isServers: true), RolloutCommandRules.Check);

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static CommandReadResult Read(string text, string? file) => Result(_files.Read(text, file));

    /// <summary>Reads one object as the API server gives it. Its status is left out, and of its metadata what nobody here reads.</summary>
    /// <param name="json">The object.</param>
    public static CommandReadResult ReadServerObject(string json) => Result(_objects.Read(json, file: null, root => ServerObject.Keep(root, _keptOfServer, RolloutCommandResource.RequestedByAnnotation)));

    private static CommandReadResult Result(DocumentsRead<RolloutCommandResource> read) => new(
        [.. read.Documents.Where(document => !document.HasErrors).Select(document => document.Resource)],
        read.Problems,
        [.. read.Documents.Where(document => document.HasErrors).Select(document => document.Resource)]);

    private static RolloutCommandResource Command(FieldReader fields, bool isServers) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", each => isServers ? ServersMetadata(each) : Metadata(each)) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    /// <summary>The metadata of a file.</summary>
    internal static RolloutCommandMetadata Metadata(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        GenerateName = fields.Text("generateName"),
        Namespace = fields.Text("namespace") ?? new RolloutCommandMetadata().Namespace,
        Labels = fields.Pairs("labels"),
        Annotations = fields.Pairs("annotations"),
    };

    /// <summary>The metadata of an object of the API server.</summary>
    internal static RolloutCommandMetadata ServersMetadata(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        Namespace = fields.Text("namespace") ?? new RolloutCommandMetadata().Namespace,
        Annotations = fields.Pairs("annotations"),
        Uid = fields.Text("uid"),
        ResourceVersion = fields.Text("resourceVersion"),
        CreationTimestamp = DateTimeOffset.TryParse(fields.Text("creationTimestamp"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var created) ? created : null,
    };

    private static RolloutCommandSpec Spec(FieldReader fields) => new()
    {
        Rollout = fields.Text("rollout") ?? "",
        Action = fields.Choice<RolloutAction>("action"),
        Revision = fields.Text("revision"),
        Step = fields.Count("step", 1, 50),
        ExpectedTarget = fields.Text("expectedTarget"),
        Reason = fields.Text("reason"),
    };
}
