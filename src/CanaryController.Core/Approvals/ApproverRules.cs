using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Approvals;

/// <summary>Who may answer for a step, and as whom an answer counts. Pure: the same for every way that an answer comes.</summary>
public static class ApproverRules
{
    /// <summary>Whether an approval counts.</summary>
    /// <param name="asked">What the step asks for.</param>
    /// <param name="who">Who answers; null when nobody vouches for it.</param>
    /// <param name="actor">What the one is called in the audit trail.</param>
    /// <param name="authors">Who made the revision, by any name; empty when that is not known.</param>
    public static ApproverVerdict Judge(ApprovalRequirement asked, ApproverIdentity? who, string actor, EquatableArray<string> authors)
    {
        if (asked.Approvers is not null && who is null)
        {
            return Refused($"Nobody vouches for who {actor} is, and approval '{asked.Name}' takes named approvers only. Answer in a way that proves who you are.");
        }

        var person = who is null ? null : asked.Approvers?.People.FirstOrDefault(each => each.Is(who));
        if (asked.Approvers is { } approvers && person is null && !IsListed(approvers, who!))
        {
            return Refused($"{who!.Describe()} is not among the approvers of '{asked.Name}': {Describe(approvers)}.");
        }

        if (asked.RefusesAuthor && authors.IsEmpty)
        {
            return Refused(
                $"Who made this revision is not known, and approval '{asked.Name}' takes no answer from its author. Write the annotation {AuthorAnnotation} on the Deployment or its pod template.");
        }

        if (asked.RefusesAuthor && authors.Contains(Anybody))
        {
            return Refused(
                $"Anybody may be an author of this revision, because more than {MaxAuthors} are named, and approval '{asked.Name}' takes no answer from its author. Name fewer in {AuthorAnnotation} for the next one.");
        }

        if (asked.RefusesAuthor && NamesOf(person, who, actor).Any(name => authors.Any(author => AreAlike(author, name))))
        {
            return Refused($"{who?.Describe() ?? actor} made this revision, and approval '{asked.Name}' takes no answer from its author: another person must approve.");
        }

        return new(PersonOf(person, who, actor), null);
    }

    /// <summary>
    /// Whether a rejection counts: it only takes traffic away, so whoever may send commands at all may reject. A Slack user or a webhook key may send none: it has to be among the approvers, where those are named.
    /// </summary>
    public static ApproverVerdict JudgeRejection(ApprovalRequirement asked, ApproverIdentity? who, string actor) =>
        who is { Source: ApproverSource.Slack or ApproverSource.Webhook } && asked.Approvers is not null
            ? Judge(asked with { RefusesAuthor = false }, who, actor, [])
            : new(PersonOf(null, who, actor), null);

    /// <summary>How many authors are remembered of a revision.</summary>
    public const int MaxAuthors = 10;

    /// <summary>Stands among the authors for those who are not remembered: whoever answers may be one of them.</summary>
    public const string Anybody = "*";

    /// <summary>Adds an author, or <see cref="Anybody"/> when there are as many as are remembered. False when nobody else has to be added.</summary>
    public static bool AddAuthor(List<string> authors, string name)
    {
        if (authors.Contains(Anybody))
        {
            return false;
        }

        if (!authors.Exists(known => AreAlike(known, name)))
        {
            authors.Add(authors.Count < MaxAuthors ? name : Anybody);
        }

        return true;
    }

    /// <summary>The annotation by which a Deployment, its pod template or a Rollout names who made the revision; several names are divided by commas or spaces.</summary>
    public const string AuthorAnnotation = "canarycontroller.io/author";

    /// <summary>Names are compared without regard to case: identity providers pass on what a person typed, and nobody shall count twice by that.</summary>
    public static bool AreAlike(string? left, string? right) => left is not null && string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static ApproverVerdict Refused(string why) => new(null, why);

    private static string PersonOf(ApproverPerson? person, ApproverIdentity? who, string actor) => person is not null ? $"Person:{person.Name}" : who is not null ? $"{who.Source}:{who.Name}" : actor;

    private static bool IsListed(ApproverList list, ApproverIdentity who) => who.Source switch
    {
        ApproverSource.Kubernetes => Holds(list.Users, who.Name) || who.Groups.Any(group => list.Groups.Contains(group, StringComparer.Ordinal)),
        ApproverSource.Token => Holds(list.Tokens, who.Name),
        ApproverSource.Slack => Holds(list.SlackUsers, who.Name) || who.Groups.Any(group => list.SlackGroups.Contains(group, StringComparer.Ordinal)),
        ApproverSource.Webhook => Holds(list.WebhookKeys, who.Name),
    };

    private static bool Holds(EquatableArray<string> names, string name) => names.Any(each => string.Equals(each, name, StringComparison.Ordinal));

    /// <summary>Who starts a revision is its author by what the audit trail calls it, which is not always the name.</summary>
    private static IEnumerable<string> NamesOf(ApproverPerson? person, ApproverIdentity? who, string actor) => [.. person?.Names ?? [], who?.Name ?? actor, actor];

    /// <summary>For people, one after the other; a long list is cut.</summary>
    private static string Describe(ApproverList list)
    {
        const int MaxNamed = 8;
        string[] all =
        [
            .. list.People.Select(each => each.Name),
            .. list.Users,
            .. list.Groups.Select(each => $"group {each}"),
            .. list.Tokens.Select(each => $"token {each}"),
            .. list.SlackUsers.Select(each => $"Slack user {each}"),
            .. list.SlackGroups.Select(each => $"Slack group {each}"),
            .. list.WebhookKeys.Select(each => $"webhook key {each}"),
        ];
        return string.Join(", ", all.Take(MaxNamed)) + (all.Length > MaxNamed ? $" and {all.Length - MaxNamed} more" : "");
    }
}

/// <summary>Whether an answer counts.</summary>
/// <param name="Person">As whom it counts: two answers with the same one are one person's. Null when it does not count.</param>
/// <param name="Refusal">Why it does not count, and what to do, in one sentence; null when it does.</param>
public readonly record struct ApproverVerdict(string? Person, string? Refusal);
