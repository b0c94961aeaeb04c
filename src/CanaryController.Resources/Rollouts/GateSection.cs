using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Notifications;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>gates[]</c>: a webhook that has a word in the rollout. It is asked by POST: 2xx is a pass, 4xx a refusal, and everything else is asked again.</summary>
public sealed record GateSection
{
    /// <summary>How long one request may take when nothing else is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long it rests between two questions when nothing else is said.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long it may go without a pass when nothing else is said, and a refusal rolls back.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(10);

    /// <summary>Names it within the step: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is asked about. Required.</summary>
    public GateMoment? When { get; init; }

    /// <summary>Where it is: http or https, without user and fragment, at most 2,048 characters. The operator allows hosts in the configuration (<c>outbound.allow</c>). Left out: <see cref="Channel"/> says it.</summary>
    public string? Url { get; init; }

    /// <summary>A NotificationChannel of the rollout's namespace whose webhook is asked: its address, key and format. Left out: <see cref="Url"/> says where.</summary>
    public string? Channel { get; init; }

    /// <summary>The key that requests are signed with, as for a NotificationChannel. Left out: they are not signed. Not beside <see cref="Channel"/>.</summary>
    public SecretKeySection? Secret { get; init; }

    /// <summary>What the requests carry. Default <c>CloudEvents</c>. Not beside <see cref="Channel"/>.</summary>
    public GateFormat? Format { get; init; }

    /// <summary>How long one request may take: 1s to 1m. Default <c>10s</c>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long it rests between two questions: 1s to 1h. Default <c>10s</c>.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How long it may go without a pass before that is a failure: 1s to 720h. Default <c>10m</c>; with <c>onRefusal: Hold</c> for ever. Not with <c>when: Rollback</c>.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>What a refusal (4xx) means. Default <c>Abort</c>. Not with <c>when: Rollback</c>.</summary>
    public GateRefusal? OnRefusal { get; init; }

    /// <summary>What is sent along as <c>metadata</c>: at most 32, each named once.</summary>
    public EquatableArray<GateMetadataSection> Metadata { get; init; }
}

/// <summary><c>metadata[]</c> of a gate: a name and a value that are sent along.</summary>
public sealed record GateMetadataSection
{
    /// <summary>The name: 1 to 63 characters. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The value: at most 1,024 characters. No secrets: it is sent as it stands here. Required.</summary>
    public string Value { get; init; } = "";
}
