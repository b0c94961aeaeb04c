using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Cli.Cluster;

/// <summary>The object by which something is asked for.</summary>
/// <param name="Path">Where it is created.</param>
/// <param name="Plural">The kind, as RBAC names it.</param>
/// <param name="Json">The object.</param>
/// <param name="Problems">What is wrong with it; empty when it may be created.</param>
internal sealed record Asked(string Path, string Plural, string Json, IReadOnlyList<FieldProblem> Problems)
{
    /// <summary>An Approval for an answer to a step; a RolloutCommand for all else, also for an answer that names no step, which the controller refuses with what is missing.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="user">Who we are by the server's word; null when it does not tell.</param>
    public static Asked For(RolloutKey key, CommandRequest request, string? user)
    {
        if (request is { Action: RolloutAction.Approve or RolloutAction.Reject, Revision: not null, Step: not null })
        {
            var approval = Approval(key, request, user);
            return new(ObjectPath.Approvals(key.Namespace), "approvals", RolloutStatusJson.Write(approval), ApprovalRules.Problems(approval));
        }

        var command = Command(key, request, user);
        return new(ObjectPath.Commands(key.Namespace), "rolloutcommands", RolloutStatusJson.Write(command), RolloutCommandRules.Problems(command));
    }

    private static ApprovalResource Approval(RolloutKey key, CommandRequest request, string? user) => new()
    {
        Metadata = Metadata(key, request, user),
        Spec = new()
        {
            Rollout = key.Name,
            Revision = request.Revision ?? "",
            Step = request.Step,
            Decision = request.Action is RolloutAction.Approve ? ApprovalDecision.Approve : ApprovalDecision.Reject,
            Comment = request.Reason,
        },
    };

    private static RolloutCommandResource Command(RolloutKey key, CommandRequest request, string? user) => new()
    {
        Metadata = Metadata(key, request, user),
        Spec = new()
        {
            Rollout = key.Name,
            Action = request.Action,
            Revision = request.Revision,
            ExpectedTarget = request.ExpectedTarget,
            Step = request.Step,
            Reason = request.Reason,
        },
    };

    private static RolloutCommandMetadata Metadata(RolloutKey key, CommandRequest request, string? user) => new()
    {
        GenerateName = $"{key.Name}-{request.Action.ToString().ToLowerInvariant()}-",
        Namespace = key.Namespace,
        Labels = [new(RolloutCommandResource.ActionLabel, request.Action.ToString().ToLowerInvariant())],
        Annotations = user is null ? [] : [new(RolloutCommandResource.RequestedByAnnotation, user)],
    };
}
