using System.Text.Json.Serialization;
using CanaryController.Core;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Notifications;

/// <summary>
/// A NotificationChannel: where what happens to rollouts of its namespace is told, to Slack or to a webhook. Rollouts name it in <c>spec.notifications.channels</c> and in <c>approval.channels</c>.
/// </summary>
public sealed record NotificationChannel
{
    /// <summary>What <c>kind</c> must be.</summary>
    public const string KindText = "NotificationChannel";

    /// <summary>Always <c>canarycontroller.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = Rollout.ApiVersionText;

    /// <summary>Always <see cref="KindText"/>.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name and namespace.</summary>
    public NotificationChannelMetadata Metadata { get; init; } = new();

    /// <summary>Where it leads.</summary>
    public NotificationChannelSpec Spec { get; init; } = new();

    /// <summary>Names this channel.</summary>
    [JsonIgnore]
    public ChannelKey Key => new(Metadata.Namespace, Metadata.Name);
}

/// <summary><c>metadata</c> of a channel.</summary>
public sealed record NotificationChannelMetadata
{
    /// <summary>Its name: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its namespace; <c>default</c> when left out.</summary>
    public string Namespace { get; init; } = "default";
}

/// <summary><c>spec</c> of a channel: exactly one of <see cref="Slack"/> and <see cref="Webhook"/>.</summary>
public sealed record NotificationChannelSpec
{
    /// <summary>What is told, each named once. Left out: everything.</summary>
    public EquatableArray<NotificationEvent> Events { get; init; }

    /// <summary>A Slack channel. Left out: it is none.</summary>
    public SlackSection? Slack { get; init; }

    /// <summary>A webhook. Left out: it is none.</summary>
    public WebhookSection? Webhook { get; init; }

    /// <summary>Whether <paramref name="kind"/> is told here.</summary>
    public bool Tells(NotificationEvent kind) => Events.IsEmpty || Events.Contains(kind);
}

/// <summary><c>spec.webhook</c> of a channel.</summary>
public sealed record WebhookSection
{
    /// <summary>How long one request may take when nothing else is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Where requests go: http or https, without user and fragment, at most 2,048 characters. The operator allows hosts in the configuration (<c>outbound.allow</c>). Required.</summary>
    public string Url { get; init; } = "";

    /// <summary>The key that requests are signed with, as Standard Webhooks say: <c>whsec_</c> and base64, or any text of 16 bytes or more. Left out: they are not signed.</summary>
    public SecretKeySection? Secret { get; init; }

    /// <summary>What the requests carry. Default <c>CloudEvents</c>.</summary>
    public WebhookFormat Format { get; init; } = WebhookFormat.CloudEvents;

    /// <summary>How long one request may take: 1s to 30s. Default <c>10s</c>.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;
}

/// <summary>What a webhook's requests carry.</summary>
public enum WebhookFormat
{
    /// <summary>A CloudEvent 1.0 in structured JSON.</summary>
    CloudEvents,

    /// <summary>The payload of Flagger's webhooks: name, namespace, phase, checksum and metadata.</summary>
    Flagger,
}

/// <summary>A value of a Secret in the same namespace; without Kubernetes, the file of the key's name in the folder of the Secret's name below <c>outbound.secretsFolder</c>.</summary>
public sealed record SecretKeySection
{
    /// <summary>The Secret's name: a DNS subdomain. The controller reads Secrets that it was given the right to by name only (the chart's value <c>notifications.secrets</c>). Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The key in it: at most 253 of letters, digits, <c>-</c>, <c>_</c> and <c>.</c>. Required.</summary>
    public string Key { get; init; } = "";
}

/// <summary>Names a channel.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name in it.</param>
public readonly record struct ChannelKey(string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}/{Name}";
}
