using CanaryController.Resources.Notifications;

namespace CanaryController.Resources.Reading;

/// <summary>Which fields a NotificationChannel has, and of what form each is. Their meaning is the rules' business.</summary>
internal static class NotificationChannelBinder
{
    /// <summary>The whole document.</summary>
    public static NotificationChannel Channel(FieldReader fields) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", Metadata) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    /// <summary>A value of a Secret.</summary>
    public static SecretKeySection SecretKey(FieldReader fields) => new() { Name = fields.Text("name") ?? "", Key = fields.Text("key") ?? "" };

    private static NotificationChannelMetadata Metadata(FieldReader fields)
    {
        _ = fields.Pairs("labels");
        _ = fields.Pairs("annotations");
        return new() { Name = fields.Text("name") ?? "", Namespace = fields.Text("namespace") ?? new NotificationChannelMetadata().Namespace };
    }

    private static NotificationChannelSpec Spec(FieldReader fields) => new()
    {
        Events = fields.Choices<NotificationEvent>("events"),
        Slack = fields.Section("slack", Slack),
        Webhook = fields.Section("webhook", each => new WebhookSection
        {
            Url = each.Text("url") ?? "",
            Secret = each.Section("secret", SecretKey),
            Format = each.Choice<WebhookFormat>("format") ?? WebhookFormat.CloudEvents,
            Timeout = each.Duration("timeout", mayBeZero: false) ?? WebhookSection.DefaultTimeout,
        }),
    };

    private static SlackSection Slack(FieldReader fields) => new()
    {
        Channel = fields.Text("channel") ?? "",
        Token = fields.Section("token", SecretKey) ?? new(),
        SigningSecret = fields.Section("signingSecret", SecretKey),
        Templates = fields.Section("templates", each => new SlackTemplatesSection { Title = each.Text("title"), Text = each.Text("text") }) ?? new(),
        Mentions = fields.Sections("mentions", each => new SlackMentionSection { Events = each.Choices<NotificationEvent>("events"), Who = each.Texts("who") }),
    };
}
