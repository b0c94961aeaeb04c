using System.Linq.Expressions;
using System.Text.RegularExpressions;
using CanaryController.Core;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="ApprovalSection"/>.</summary>
internal sealed class ApprovalValidator : AbstractValidator<ApprovalSection>
{
    public ApprovalValidator()
    {
        RuleFor(approval => approval.Name).IsThere("write who is asked, like sre").IsDnsLabel();
        RuleFor(approval => approval.Required).Must(count => count is >= 1 and <= 10).Says(count => $"{count} is out of range", "write how many people must approve, 1 to 10");
        RuleFor(approval => approval.Approvers!).SetValidator(new ApproversValidator()).When(approval => approval.Approvers is not null);
        RuleFor(approval => approval).Custom((approval, context) => CheckReach(approval, context));
        RuleFor(approval => approval.Channels)
            .Must(channels => channels.Count <= SpecValidator.MaxChannels).Says(channels => $"{channels.Count} channels are too many", $"keep {SpecValidator.MaxChannels} at most");
        RuleFor(approval => approval).Custom((approval, context) => Repeats.Check(approval.Channels, "channels", "the channel", context));
        RuleForEach(approval => approval.Channels).IsThere("write the channel's name").IsDnsLabel();
        RuleFor(approval => approval.Timeout).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(720));
    }

    /// <summary>A step that nobody can satisfy would wait for ever. A group may hold any number of people.</summary>
    private static void CheckReach(ApprovalSection approval, ValidationContext<ApprovalSection> context)
    {
        if (approval.Approvers is not { Groups.IsEmpty: true, SlackGroups.IsEmpty: true } list)
        {
            return;
        }

        var reach = list.People.Count + list.WebhookKeys.Count
            + list.Users.Count(name => !list.People.Any(each => each.User == name))
            + list.Tokens.Count(name => !list.People.Any(each => each.Token == name))
            + list.SlackUsers.Count(name => !list.People.Any(each => each.SlackUser == name));
        if (reach > 0 && reach < approval.Required)
        {
            context.Problem("required", $"{approval.Required} must approve, and only {reach} may", $"write {reach} or less, or name more approvers");
        }
    }
}

/// <summary>The rules of <see cref="ApproversSection"/>.</summary>
internal sealed partial class ApproversValidator : AbstractValidator<ApproversSection>
{
    public ApproversValidator()
    {
        RuleFor(list => list)
            .Must(list => !(list.Users.IsEmpty && list.Groups.IsEmpty && list.Tokens.IsEmpty && list.SlackUsers.IsEmpty && list.SlackGroups.IsEmpty && list.WebhookKeys.IsEmpty && list.People.IsEmpty))
            .Says("nobody may approve: all lists are empty", "name users, groups, tokens, slackUsers, slackGroups, webhookKeys or people, or leave approvers out");
        Names("users", list => list.Users, RuleForEach(list => list.Users));
        Names("groups", list => list.Groups, RuleForEach(list => list.Groups));
        Names("tokens", list => list.Tokens, RuleForEach(list => list.Tokens));
        Names("webhookKeys", list => list.WebhookKeys, RuleForEach(list => list.WebhookKeys));
        Names("slackUsers", list => list.SlackUsers, RuleForEach(list => list.SlackUsers));
        Names("slackGroups", list => list.SlackGroups, RuleForEach(list => list.SlackGroups));
        RuleForEach(list => list.SlackUsers).Must(id => SlackUser().IsMatch(id)).Says(id => $"{id} is not a Slack user's id", "write the id like U012AB3CD, from the person's profile in Slack: names change");
        RuleForEach(list => list.SlackGroups).Must(id => SlackGroup().IsMatch(id)).Says(id => $"{id} is not a Slack user group's id", "write the id like S0614TZR7");
        RuleFor(list => list.People).Must(people => people.Count <= ApproversSection.MaxNames).Says(people => $"{people.Count} people are too many", $"keep {ApproversSection.MaxNames} at most");
        RuleFor(list => list.People).Custom((people, context) =>
        {
            Repeats.Check([.. people.Select(each => each.Name)], "people", "the person", context);
            Repeats.Check([.. people.Select(each => each.User ?? "")], "people", "the user", context);
            Repeats.Check([.. people.Select(each => each.Token ?? "")], "people", "the token", context);
            Repeats.Check([.. people.Select(each => each.SlackUser ?? "")], "people", "the Slack user", context);
        });
        RuleForEach(list => list.People).ChildRules(person =>
        {
            person.RuleFor(each => each.Name).IsThere("write what the person is called").Must(IsName).Says(name => $"{name} is too long, or not on one line", "write a shorter name");
            person.RuleFor(each => each.User).Must(IsName).Says(name => $"{name} is too long, or not on one line", "write a user of the cluster");
            person.RuleFor(each => each.Token).Must(IsName).Says(name => $"{name} is too long, or not on one line", "write the name of a token");
            person.RuleFor(each => each.SlackUser).Must(id => id is null || SlackUser().IsMatch(id)).Says(id => $"{id} is not a Slack user's id", "write the id like U012AB3CD");
            person.RuleFor(each => each)
                .Must(each => each.User is not null || each.Token is not null || each.SlackUser is not null)
                .Says("the person has no name by which an answer could come", "write user, token or slackUser").WithErrorCode(RuleText.Absence);
        });
    }

    private void Names(string field, Expression<Func<ApproversSection, EquatableArray<string>>> list, IRuleBuilderInitialCollection<ApproversSection, string> each)
    {
        RuleFor(list)
            .Must(names => names.Count <= ApproversSection.MaxNames).Says(names => $"{names.Count} names are too many", $"keep {ApproversSection.MaxNames} at most, or name a group")
            .Custom((names, context) => Repeats.Check(names, field, "the name", context));
        each.Must(IsName).Says(name => $"{(name.Length == 0 ? "nothing" : name)} is not a name", $"write 1 to {ApproversSection.MaxNameCharacters} characters on one line");
    }

    private static bool IsName(string? text) => text is null || (text.Length is > 0 and <= ApproversSection.MaxNameCharacters && !text.Any(char.IsControl));

    [GeneratedRegex(@"^[UW][A-Z0-9]{2,30}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SlackUser();

    [GeneratedRegex(@"^S[A-Z0-9]{2,30}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SlackGroup();
}
