using CanaryController.Core;

namespace CanaryController.Resources.Notifications;

/// <summary><c>spec.slack</c> of a channel: one message a rollout, brought up to date in its place.</summary>
public sealed record SlackSection
{
    /// <summary>The channel: its id (<c>C0123456789</c>) or its name (<c>#deploys</c>). Approvals need the id. Required.</summary>
    public string Channel { get; init; } = "";

    /// <summary>The bot's token (<c>xoxb-</c>). Required.</summary>
    public SecretKeySection Token { get; init; } = new();

    /// <summary>The app's signing secret, which buttons are checked with. Left out: messages have no buttons.</summary>
    public SecretKeySection? SigningSecret { get; init; }

    /// <summary>Texts in the place of the usual ones. Left out: those.</summary>
    public SlackTemplatesSection Templates { get; init; } = new();

    /// <summary>Who is mentioned, and when: at most 16. Left out: nobody.</summary>
    public EquatableArray<SlackMentionSection> Mentions { get; init; }
}

/// <summary>
/// <c>templates</c>: texts in Slack's mrkdwn. <c>{{ namespace }}</c>, <c>{{ name }}</c>, <c>{{ revision }}</c>, <c>{{ phase }}</c>, <c>{{ step }}</c>, <c>{{ steps }}</c>, <c>{{ weight }}</c>,
/// <c>{{ reason }}</c>, <c>{{ message }}</c> and <c>{{ actor }}</c> are filled in, escaped.
/// </summary>
public sealed record SlackTemplatesSection
{
    /// <summary>The message's headline: at most 150 characters.</summary>
    public string? Title { get; init; }

    /// <summary>The message's text: at most 2,000 characters.</summary>
    public string? Text { get; init; }
}

/// <summary><c>mentions[]</c>: who is mentioned at some events.</summary>
public sealed record SlackMentionSection
{
    /// <summary>At which events, each named once. Left out: ApprovalNeeded and RollingBack.</summary>
    public EquatableArray<NotificationEvent> Events { get; init; }

    /// <summary>Whom: ids of users (<c>U</c> or <c>W</c>) and of user groups (<c>S</c>), <c>here</c> or <c>channel</c>; 1 to 16. Required.</summary>
    public EquatableArray<string> Who { get; init; }
}
