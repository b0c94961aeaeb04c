using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Approvals.Webhooks;

/// <summary>What the fields of a webhook's approval must be: those of an Approval, and its namespace.</summary>
internal static class ApprovalWebhookRules
{
    /// <summary>All that is wrong.</summary>
    public static IReadOnlyList<FieldProblem> Check(ApprovalWebhook asked)
    {
        var approval = new ApprovalResource
        {
            Metadata = new() { Namespace = asked.Namespace, Name = "webhook" },
            Spec = new() { Rollout = asked.Rollout, Revision = asked.Revision, Step = asked.Step, Decision = asked.Decision, Comment = asked.Comment },
        };
        return [.. ApprovalRules.Problems(approval).Select(problem => problem with { Path = problem.Path[(problem.Path.LastIndexOf('.') + 1)..] })];
    }
}
