using System.Text.Json.Serialization;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Api;

/// <summary>
/// The body of <c>POST /v1/namespaces/{ns}/rollouts/{name}/commands</c>. An unknown member is refused: a misspelt <c>revision</c> would
/// be a condition that is silently not checked.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommandRequest
{
    /// <summary>What to do: <c>Start</c>, <c>Promote</c>, … in any case.</summary>
    public required RolloutAction Action { get; init; }

    /// <summary>For start: the new revision; for undo: the earlier stable one, null = the one before; otherwise the canary revision that the sender saw: 409 when it is another.</summary>
    public string? Revision { get; init; }

    /// <summary>For start: the target revision that the sender saw; 409 when it is another.</summary>
    public string? ExpectedTarget { get; init; }

    /// <summary>The step that the sender saw, from 1; 409 when it is another.</summary>
    public int? Step { get; init; }

    /// <summary>Why; at most 1,000 characters; kept in the audit trail.</summary>
    public string? Reason { get; init; }

    /// <summary>Makes a repeated POST safe: the same id is carried out once and answered alike. At most 100 characters; null = made by the manager.</summary>
    public string? Id { get; init; }
}

/// <summary>The answer to a command: 200 for Accepted and Unchanged; as problem details 409 for Conflict and Refused.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Rollout">The rollout after it.</param>
public sealed record CommandResponse(string Id, CommandStatus Status, string Message, RolloutView Rollout);

/// <summary>A command in the audit trail.</summary>
public sealed record CommandView(
    string Id, DateTimeOffset At, string Actor, RolloutAction Action, string? Revision, int? Step, string? Reason, CommandStatus Status, string Message)
{
    /// <summary>By what way it came, where somebody vouches for who sent it; null elsewhere.</summary>
    public ApproverSource? Via { get; init; }
}
