using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="NotificationChannel"/>.</summary>
public sealed class NotificationChannelValidator : AbstractValidator<NotificationChannel>
{
    /// <summary>Makes the rules.</summary>
    public NotificationChannelValidator()
    {
        RuleFor(channel => channel.ApiVersion).Equal(Rollout.ApiVersionText).Says(text => $"{text} is not an apiVersion of this kind", $"write {Rollout.ApiVersionText}");
        RuleFor(channel => channel.Metadata.Name).IsThere("name the channel").IsDnsLabel();
        RuleFor(channel => channel.Metadata.Namespace).IsDnsLabel();
        RuleFor(channel => channel.Spec).Custom((spec, context) => CheckKind(spec, context));
        RuleFor(channel => channel).Custom((channel, context) => EventRules.Check(channel.Spec.Events, "spec.events", context));
        RuleFor(channel => channel.Spec.Slack!).SetValidator(new SlackValidator()).When(channel => channel.Spec.Slack is not null);
        RuleFor(channel => channel.Spec.Webhook!).SetValidator(new WebhookValidator()).When(channel => channel.Spec.Webhook is not null);
    }

    private static void CheckKind(NotificationChannelSpec spec, ValidationContext<NotificationChannel> context)
    {
        switch (spec)
        {
            case { Slack: null, Webhook: null }:
                context.Problem("spec", "a channel leads to Slack or to a webhook, and neither is there", "write slack: {channel, token} or webhook: {url}", isAbsence: true);
                break;
            case { Slack: not null, Webhook: not null }:
                context.Problem("spec.webhook", "a channel leads to one place, and slack is there too", "make a second channel");
                break;
            default:
                break;
        }
    }
}

/// <summary>The rules of <see cref="WebhookSection"/>.</summary>
internal sealed class WebhookValidator : AbstractValidator<WebhookSection>
{
    public WebhookValidator()
    {
        RuleFor(webhook => webhook.Url).IsThere("write where requests go, like https://hooks.example.com/canary").IsOutgoingUrl();
        RuleFor(webhook => webhook.Secret!).SetValidator(new SecretKeyValidator()).When(webhook => webhook.Secret is not null);
        RuleFor(webhook => webhook.Timeout).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }
}

/// <summary>The rules of <see cref="SecretKeySection"/>.</summary>
internal sealed class SecretKeyValidator : AbstractValidator<SecretKeySection>
{
    public SecretKeyValidator()
    {
        RuleFor(secret => secret.Name).IsThere("write the Secret's name").IsDnsSubdomain();
        RuleFor(secret => secret.Key)
            .IsThere("write the key in the Secret")
            .Must(key => key.Length == 0 || Names.IsSecretKey(key)).Says(key => $"{key} is not a key of a Secret", "use at most 253 of letters, digits, -, _ and .");
    }
}

/// <summary>The rules of <see cref="SlackSection"/>.</summary>
internal sealed class SlackValidator : AbstractValidator<SlackSection>
{
    public const int MaxMentions = 16;
    public const int MaxTitle = 150;
    public const int MaxText = 2_000;

    public SlackValidator()
    {
        RuleFor(slack => slack.Channel)
            .IsThere("write the channel's id, like C0123456789")
            .Must(text => text.Length == 0 || Names.IsSlackChannel(text)).Says(text => $"{text} is not a Slack channel", "write its id, like C0123456789, or its name, like #deploys");
        RuleFor(slack => slack.Token).SetValidator(new SecretKeyValidator());
        RuleFor(slack => slack.SigningSecret!).SetValidator(new SecretKeyValidator()).When(slack => slack.SigningSecret is not null);
        RuleFor(slack => slack.Templates.Title).Must(text => text is null or { Length: <= MaxTitle }).Says("the title is too long", $"keep {MaxTitle} characters at most");
        RuleFor(slack => slack.Templates.Text).Must(text => text is null or { Length: <= MaxText }).Says("the text is too long", $"keep {MaxText} characters at most");
        RuleFor(slack => slack.Mentions).Must(list => list.Count <= MaxMentions).Says(list => $"{list.Count} mentions are too many", $"keep {MaxMentions} at most");
        RuleForEach(slack => slack.Mentions).SetValidator(new SlackMentionValidator());
    }
}

/// <summary>The rules of <see cref="SlackMentionSection"/>.</summary>
internal sealed class SlackMentionValidator : AbstractValidator<SlackMentionSection>
{
    public SlackMentionValidator()
    {
        RuleFor(mention => mention.Who)
            .Must(who => who.Count > 0).Says("nobody is named", "write who: [here], or ids like S0123456789").WithErrorCode(RuleText.Absence)
            .Must(who => who.Count <= SlackValidator.MaxMentions).Says(who => $"{who.Count} are too many", $"keep {SlackValidator.MaxMentions} at most");
        RuleForEach(mention => mention.Who)
            .Must(Names.IsSlackMention).Says(text => $"{text} cannot be mentioned", "write the id of a user (U0123456789) or user group (S0123456789), here or channel");
        RuleFor(mention => mention).Custom((mention, context) => EventRules.Check(mention.Events, "events", context));
    }
}

/// <summary>The rule that lists of events share.</summary>
internal static class EventRules
{
    public static void Check<T>(IReadOnlyList<NotificationEvent> events, string path, ValidationContext<T> context) =>
        Repeats.Check([.. events.Select(each => each.ToString())], path, "the event", context);
}
