using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Approvals;

public sealed class ApproverRulesTests
{
    private static readonly ApproverList Listed = new()
    {
        Users = ["ann"],
        Groups = ["sre"],
        Tokens = ["release"],
        SlackUsers = ["U1"],
        SlackGroups = ["S1"],
        WebhookKeys = ["ci"],
        People = [new ApproverPerson("cat", "cat@example.com", "cat-token", "U7")],
    };

    public static TheoryData<ApproverSource, string, string?, bool> Rows => new()
    {
        { ApproverSource.Kubernetes, "ann", null, true },
        { ApproverSource.Kubernetes, "Ann", null, false },
        { ApproverSource.Kubernetes, "bob", "sre", true },
        { ApproverSource.Kubernetes, "bob", "S1", false },
        { ApproverSource.Kubernetes, "release", null, false },
        { ApproverSource.Kubernetes, "cat@example.com", null, true },
        { ApproverSource.Token, "release", null, true },
        { ApproverSource.Token, "ann", null, false },
        { ApproverSource.Token, "cat-token", null, true },
        { ApproverSource.Slack, "U1", null, true },
        { ApproverSource.Slack, "U2", "S1", true },
        { ApproverSource.Slack, "U2", "sre", false },
        { ApproverSource.Slack, "ci", null, false },
        { ApproverSource.Slack, "U7", null, true },
        { ApproverSource.Webhook, "ci", null, true },
        { ApproverSource.Webhook, "ann", null, false },
        { ApproverSource.Webhook, "cat", null, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_name_allows_only_by_the_way_that_it_is_listed_for(ApproverSource source, string name, string? group, bool isAllowed)
    {
        var verdict = Judge(Asked(), Who(source, name, group));
        Assert.Equal(isAllowed, verdict.Person is not null);
        Assert.NotEqual(isAllowed, verdict.Refusal is not null);
    }

    [Fact]
    public void Whoever_is_not_listed_is_told_who_is()
    {
        var refusal = Judge(Asked(), Who(ApproverSource.Kubernetes, "eve")).Refusal;
        Assert.Equal("eve is not among the approvers of 'sre': cat, ann, group sre, token release, Slack user U1, Slack group S1, webhook key ci.", refusal);
    }

    [Fact]
    public void Nobody_is_listed_for_whom_nobody_vouches() => Assert.NotNull(ApproverRules.Judge(Asked(), null, "ann", []).Refusal);

    [Fact]
    public void Without_a_list_whoever_may_answer_may_approve() =>
        Assert.Equal("Webhook:other", Judge(Asked() with { Approvers = null }, Who(ApproverSource.Webhook, "other")).Person);

    [Fact]
    public void A_person_with_several_names_is_one_person()
    {
        string[] people = [.. new[] { Who(ApproverSource.Kubernetes, "cat@example.com"), Who(ApproverSource.Token, "cat-token"), Who(ApproverSource.Slack, "U7") }.Select(who => Judge(Asked(), who).Person!)];
        Assert.Equal(["Person:cat"], people.Distinct());
    }

    [Theory]
    [InlineData("ann", "ann", false)]
    [InlineData("ANN", "ann", false)]
    [InlineData("U7", "cat@example.com", false)]
    [InlineData("cat", "cat@example.com", false)]
    [InlineData("bob", "ann", true)]
    public void An_author_is_told_by_any_name(string author, string user, bool isAllowed) =>
        Assert.Equal(isAllowed, ApproverRules.Judge(Asked() with { RefusesAuthor = true }, Who(ApproverSource.Kubernetes, user), user, [author]).Person is not null);

    [Fact]
    public void Where_no_author_is_known_nobody_can_be_told_from_the_author() =>
        Assert.Contains(ApproverRules.AuthorAnnotation, Judge(Asked() with { RefusesAuthor = true }, Who(ApproverSource.Kubernetes, "ann")).Refusal);

    [Fact]
    public void Where_more_authors_are_named_than_are_remembered_nobody_may_approve() =>
        Assert.Contains("Anybody may be an author", ApproverRules.Judge(Asked() with { RefusesAuthor = true }, Who(ApproverSource.Kubernetes, "ann"), "ann", ["bob", ApproverRules.Anybody]).Refusal);

    [Fact]
    public void Who_started_a_revision_is_its_author_by_what_the_audit_trail_calls_it_too() =>
        Assert.NotNull(ApproverRules.Judge(Asked() with { RefusesAuthor = true }, Who(ApproverSource.Kubernetes, "ann"), "ann#0123456789abcdef", ["ann#0123456789abcdef"]).Refusal);

    [Theory]
    [InlineData(ApproverSource.Kubernetes, "eve", true)]
    [InlineData(ApproverSource.Token, "other", true)]
    [InlineData(ApproverSource.Slack, "U9", false)]
    [InlineData(ApproverSource.Webhook, "other", false)]
    [InlineData(ApproverSource.Slack, "U1", true)]
    public void Whoever_may_send_commands_may_reject_and_of_the_others_the_approvers(ApproverSource source, string name, bool isAllowed) =>
        Assert.Equal(isAllowed, ApproverRules.JudgeRejection(Asked(), Who(source, name), name).Person is not null);

    [Fact]
    public void An_author_may_reject() =>
        Assert.NotNull(ApproverRules.JudgeRejection(Asked() with { RefusesAuthor = true }, Who(ApproverSource.Slack, "U1"), "U1").Person);

    private static ApprovalRequirement Asked() => new() { Name = "sre", Approvers = Listed };

    private static ApproverIdentity Who(ApproverSource source, string name, string? group = null) => new(source, name) { Groups = group is null ? [] : [group] };

    private static ApproverVerdict Judge(ApprovalRequirement asked, ApproverIdentity who) => ApproverRules.Judge(asked, who, who.Name, []);
}
