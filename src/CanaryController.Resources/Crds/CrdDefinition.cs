using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Crds;

/// <summary>A CustomResourceDefinition of the group <c>canarycontroller.io</c>.</summary>
public sealed record CrdDefinition
{
    /// <summary>The group of all kinds.</summary>
    public const string Group = "canarycontroller.io";

    /// <summary>The only version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The plural that paths and RBAC rules name.</summary>
    public required string Plural { get; init; }

    /// <summary>What kubectl takes beside it. None that a peer's kinds have: <c>ro</c> is Argo's.</summary>
    public required IReadOnlyList<string> ShortNames { get; init; }

    /// <summary>Its objects have no namespace.</summary>
    public bool IsCluster { get; init; }

    /// <summary>It has a status, which is written apart from the rest.</summary>
    public bool HasStatus => Schema.Fields.Any(each => each.Name == "status");

    /// <summary>What <c>kubectl get</c> shows.</summary>
    public required IReadOnlyList<PrinterColumn> Columns { get; init; }

    /// <summary>The whole object.</summary>
    public required Schema Schema { get; init; }

    /// <summary>The singular.</summary>
    public string Singular => Kind.ToLowerInvariant();

    /// <summary>The file's name in the chart.</summary>
    public string FileName => $"{Group}_{Plural}.yaml";

    /// <summary>The definition as YAML.</summary>
    public string ToYaml() => CrdYaml.Write(this);

    /// <summary>All definitions.</summary>
    /// <param name="docs">The documentation of this assembly and of Core.</param>
    public static IReadOnlyList<CrdDefinition> All(XmlDocs docs) =>
    [
        Rollouts(docs), RolloutCommands(docs), Approvals(docs), MetricTemplates(docs, MetricTemplate.KindText, "mt"), MetricTemplates(docs, MetricTemplate.ClusterKindText, "cmt"), NotificationChannels(docs),
        FreezeWindows(docs, FreezeWindow.KindText, "fw"), FreezeWindows(docs, FreezeWindow.ClusterKindText, "cfw"),
    ];

    private static CrdDefinition Rollouts(XmlDocs docs) => new()
    {
        Kind = Rollout.KindText,
        Plural = "rollouts",
        ShortNames = ["cro"],
        Columns =
        [
            new("Phase", "string", ".status.phase", "Where the rollout stands."),
            new("Step", "string", ".status.progress", "The present step and how many there are."),
            new("Weight", "number", ".status.weight", "The canary's share of the traffic that is wanted, percent."),
            new("Stable", "string", ".status.stableRevision", "The revision that has all traffic at rest."),
            new("Canary", "string", ".status.canaryRevision", "The revision under way, or the last one that was."),
            new("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", "Whether all is as it is wanted."),
            new("Message", "string", ".status.message", "Why the last transition happened.", IsWide: true),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            "How revisions of one service are released: traffic moves step by step from the stable version to its canary while the canary is judged by metrics, and returns to stable by itself when they say so.",
            Name(new() { Type = "string", Pattern = Patterns.DnsLabel, MaxLength = KubernetesRules.MaxNameCharacters }),
            new SchemaMaker(RolloutJson.Default.Options, docs, namesEnums: true).Object(typeof(SpecSection), docs.OfMember(typeof(Rollout), "spec")),
            // Without a status, tools that wait would take a new object for one that is done.
            new SchemaMaker(RolloutStatusJson.Default.Options, docs, namesEnums: false).Object(typeof(RolloutStatus), "Where the rollout stands: written by the controller with each transition.") with { Default = "{observedGeneration: 0}" }),
    };

    private static CrdDefinition RolloutCommands(XmlDocs docs) => new()
    {
        Kind = RolloutCommandResource.KindText,
        Plural = "rolloutcommands",
        ShortNames = ["ccmd"],
        Columns =
        [
            new("Rollout", "string", ".spec.rollout", "The rollout that it is for."),
            new("Action", "string", ".spec.action", "What was asked for."),
            new("Phase", "string", ".status.phase", "What became of it."),
            new("Actor", "string", ".status.actor", "Who asked."),
            new("Message", "string", ".status.message", "The same in one sentence.", IsWide: true),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            "One command to one rollout. It is carried out once, in the order of creation, and never changes: a second command is a second object.",
            new() { Type = "object" },
            new SchemaMaker(RolloutStatusJson.Default.Options, docs, namesEnums: true).Object(typeof(RolloutCommandSpec), docs.OfMember(typeof(RolloutCommandResource), "spec")),
            new SchemaMaker(RolloutStatusJson.Default.Options, docs, namesEnums: false).Object(typeof(RolloutCommandStatus), "What became of the command: written by the controller.")),
    };

    private static CrdDefinition Approvals(XmlDocs docs) => new()
    {
        Kind = ApprovalResource.KindText,
        Plural = "approvals",
        ShortNames = ["capp"],
        Columns =
        [
            new("Rollout", "string", ".spec.rollout", "The rollout that it is for."),
            new("Revision", "string", ".spec.revision", "The revision that is answered for."),
            new("Step", "integer", ".spec.step", "The step that is answered for."),
            new("Decision", "string", ".spec.decision", "The answer."),
            new("Phase", "string", ".status.phase", "What became of it."),
            new("Actor", "string", ".status.actor", "Who answered, as admission saw it."),
            new("Message", "string", ".status.message", "What became of it in one sentence.", IsWide: true),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            "One person's answer to one step of one revision. It is carried out once, and never changes. It counts only with the stamp of the controller's admission webhook.",
            new() { Type = "object" },
            new SchemaMaker(RolloutStatusJson.Default.Options, docs, namesEnums: true).Object(typeof(ApprovalSpec), docs.OfMember(typeof(ApprovalResource), "spec")),
            new SchemaMaker(RolloutStatusJson.Default.Options, docs, namesEnums: false).Object(typeof(RolloutCommandStatus), "What became of the approval: written by the controller.")),
    };

    private static CrdDefinition MetricTemplates(XmlDocs docs, string kind, string shortName) => new()
    {
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        ShortNames = [shortName],
        IsCluster = kind == MetricTemplate.ClusterKindText,
        Columns =
        [
            new("Description", "string", ".spec.description", "What it measures."),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            docs.OfType(typeof(MetricTemplate)),
            Name(new() { Type = "string", Pattern = Patterns.DnsLabel, MaxLength = 63 }),
            new SchemaMaker(RolloutJson.Default.Options, docs, namesEnums: true).Object(typeof(MetricTemplateSpec), docs.OfMember(typeof(MetricTemplate), "spec")),
            status: null),
    };

    private static CrdDefinition FreezeWindows(XmlDocs docs, string kind, string shortName) => new()
    {
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        ShortNames = [shortName],
        IsCluster = kind == FreezeWindow.ClusterKindText,
        Columns =
        [
            new("Start", "string", ".spec.start", "When it begins."),
            new("End", "string", ".spec.end", "When it ends."),
            new("Cron", "string", ".spec.cron", "When it returns."),
            new("Reason", "string", ".spec.reason", "Why."),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            docs.OfType(typeof(FreezeWindow)),
            Name(new() { Type = "string", Pattern = Patterns.DnsLabel, MaxLength = 63 }),
            new SchemaMaker(RolloutJson.Default.Options, docs, namesEnums: true).Object(typeof(FreezeWindowSpec), docs.OfMember(typeof(FreezeWindow), "spec")),
            status: null),
    };

    private static CrdDefinition NotificationChannels(XmlDocs docs) => new()
    {
        Kind = NotificationChannel.KindText,
        Plural = "notificationchannels",
        ShortNames = ["cnc"],
        Columns =
        [
            new("Slack", "string", ".spec.slack.channel", "The Slack channel."),
            new("Format", "string", ".spec.webhook.format", "What a webhook's requests carry."),
            new("Age", "date", ".metadata.creationTimestamp", "How long it has been there."),
        ],
        Schema = Whole(
            docs.OfType(typeof(NotificationChannel)),
            Name(new() { Type = "string", Pattern = Patterns.DnsLabel, MaxLength = 63 }),
            new SchemaMaker(RolloutJson.Default.Options, docs, namesEnums: true).Object(typeof(NotificationChannelSpec), docs.OfMember(typeof(NotificationChannel), "spec")),
            status: null),
    };

    private static Schema Whole(string description, Schema metadata, Schema spec, Schema? status) => new()
    {
        Type = "object",
        Description = description,
        Fields =
        [
            new("apiVersion", new() { Type = "string", Description = $"{Group}/{Version}." }, IsRequired: false),
            new("kind", new() { Type = "string", Description = "The kind of the object." }, IsRequired: false),
            new("metadata", metadata, IsRequired: false),
            new("spec", spec, IsRequired: true),
            .. status is null ? (SchemaField[])[] : [new("status", status, IsRequired: false)],
        ],
    };

    /// <summary>Of an object's metadata a definition may bound the name alone.</summary>
    private static Schema Name(Schema name) => new() { Type = "object", Fields = [new("name", name, IsRequired: false)] };
}

/// <summary>A column of <c>kubectl get</c>.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Type"><c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="Path">The JSON path of its value.</param>
/// <param name="Description">What it says.</param>
/// <param name="IsWide">Shown with <c>-o wide</c> only.</param>
public sealed record PrinterColumn(string Name, string Type, string Path, string Description, bool IsWide = false);
