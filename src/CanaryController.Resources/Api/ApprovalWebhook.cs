using System.Text.Json.Serialization;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Api;

/// <summary>The body of <c>POST /v1/webhooks/approvals</c>. An unknown member is refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ApprovalWebhook
{
    /// <summary>The rollout's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The rollout's name.</summary>
    public required string Rollout { get; init; }

    /// <summary>The canary revision that is answered for: 409 when another is under way.</summary>
    public required string Revision { get; init; }

    /// <summary>The step that is answered for, from 1: 409 when another is under way.</summary>
    public required int Step { get; init; }

    /// <summary><c>Approve</c> or <c>Reject</c>, in any case.</summary>
    public required ApprovalDecision Decision { get; init; }

    /// <summary>Why; at most 1,000 characters; kept in the audit trail.</summary>
    public string? Comment { get; init; }
}

/// <summary>The answer to it: 200 for Accepted and Unchanged; as problem details 409 for Conflict and Refused.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Message">One sentence.</param>
public sealed record ApprovalWebhookAnswer(CommandStatus Status, string Message);
