using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

public sealed class ApprovalTests
{
    private const string Text = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Approval
        metadata: {generateName: shop-, namespace: shop}
        spec: {rollout: checkout, revision: v2, step: 3, decision: Approve, comment: looks good}
        """;

    [Fact]
    public void An_approval_is_read_and_means_a_command_of_nobody_known()
    {
        var approval = Assert.Single(ApprovalReader.Read(Text, null).Approvals);
        Assert.Equal(new("shop", "checkout"), approval.Target);
        Assert.Equal(
            new RolloutCommand { Id = "shop/", Action = RolloutAction.Approve, Revision = "v2", StepIndex = 2, Actor = "unknown", Comment = "looks good" }, approval.ToCommand());
        Assert.Equal(approval, Assert.Single(ApprovalReader.Read(RolloutStatusJson.Write(approval), null).Approvals));
    }

    [Fact]
    public void What_a_client_says_of_its_name_is_no_ones_name()
    {
        var read = ApprovalReader.ReadServerObject("""
            {"apiVersion": "canarycontroller.io/v1alpha1", "kind": "Approval", "status": {"phase": "Pending"},
             "metadata": {"name": "a", "namespace": "shop", "uid": "u1", "annotations": {"canarycontroller.io/requested-by": "root"}, "managedFields": []},
             "spec": {"rollout": "web", "revision": "v2", "step": 1, "decision": "Reject"}}
            """);
        Assert.Equal(("u1", "unknown", RolloutAction.Reject), (read.Approvals[0].ToCommand().Id, read.Approvals[0].ToCommand().Actor, read.Approvals[0].ToCommand().Action));
    }

    [Fact]
    public void Everything_that_is_missing_or_wrong_is_said_at_once_with_its_place()
    {
        var read = ApprovalReader.Read(Text.Replace("revision: v2, step: 3, decision: Approve", "revision: 'v 2', step: 99, decision: Maybe, attempt: 1", StringComparison.Ordinal), "a.yaml");
        Assert.Empty(read.Approvals);
        Assert.Equal(["spec.attempt", "spec.decision", "spec.revision", "spec.step"], read.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.All(read.Problems, problem => Assert.Equal(("a.yaml", 4), (problem.File, problem.Line)));
    }

    [Fact]
    public void Rollouts_beside_it_in_a_file_are_read_by_their_own_reader()
    {
        const string Other = "\n---\napiVersion: canarycontroller.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\n";
        Assert.Empty(ApprovalReader.Read(Text + Other, null).Problems);
        Assert.DoesNotContain(RolloutReader.Read(Text + Other, null, RolloutRules.Standalone).Problems, problem => problem.Path == "kind");
    }

    [Fact]
    public void Who_may_approve_reaches_the_planner_as_it_was_written()
    {
        var approval = new ApprovalSection
        {
            Name = "sre",
            AllowAuthor = false,
            Approvers = new()
            {
                Users = ["ann"], Groups = ["sre"], Tokens = ["release"], SlackUsers = ["U012"], SlackGroups = ["S012"], WebhookKeys = ["ci"],
                People = [new() { Name = "cat", User = "cat@example.com", SlackUser = "U7" }],
            },
        };
        var rollout = ExampleRollout() with { };
        var steps = rollout.Spec.Strategy.Steps;
        rollout = rollout with { Spec = rollout.Spec with { Strategy = rollout.Spec.Strategy with { Steps = [steps[0] with { Approval = approval }] } } };
        var asked = RolloutSpecMapper.ToSpec(rollout).Steps[0].Approval!;
        Assert.True(asked.RefusesAuthor);
        Assert.Equal(
            ("ann", "sre", "release", "U012", "S012", "ci"),
            (asked.Approvers!.Users[0], asked.Approvers.Groups[0], asked.Approvers.Tokens[0], asked.Approvers.SlackUsers[0], asked.Approvers.SlackGroups[0], asked.Approvers.WebhookKeys[0]));
        Assert.Equal(new("cat", "cat@example.com", null, "U7"), Assert.Single(asked.Approvers.People));
    }

    [Theory]
    [InlineData("[{name: ann, user: ann, token: ann, slackUser: U0ANN}]", null)]
    [InlineData("[{name: ann, user: ann}, {name: ben, token: ann}]", null)]
    [InlineData("[{name: ann, user: ann}, {name: ben, user: ann}]", "the user ann stands twice")]
    [InlineData("[{name: ann, token: a}, {name: ben, user: b}, {name: cat, token: a}]", "the token a stands twice")]
    [InlineData("[{name: ann, slackUser: U0ANN}, {name: ben, slackUser: U0ANN}]", "the Slack user U0ANN stands twice")]
    public void A_person_may_be_called_the_same_everywhere_and_two_people_never_the_same_in_one_place(string people, string? problem)
    {
        var read = RolloutReader.Read(RolloutText.Replace("{weight: 5}", $"{{weight: 5, approval: {{name: sre, approvers: {{people: {people}}}}}}}", StringComparison.Ordinal), null, RolloutRules.Standalone);
        Assert.Equal(problem is null ? [] : [problem], read.Problems.Where(each => each.Severity is ProblemSeverity.Error).Select(each => each.Message));
    }

    private static Rollout ExampleRollout() => RolloutReader.Read(RolloutText, null, RolloutRules.Standalone).Documents[0].Resource;

    private const string RolloutText =
        """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: shop}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2}}
          traffic: {router: Gateway, gateway: {route: shop}}
          strategy: {steps: [{weight: 5}]}
        """;
}
