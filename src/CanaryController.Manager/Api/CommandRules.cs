using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Api;

/// <summary>What a command's fields must be.</summary>
internal static class CommandRules
{
    private const int MaxReasonChars = 1000;
    private const int MaxIdChars = 100;
    private const int MaxRevisionChars = 256;

    /// <summary>All that is wrong.</summary>
    public static IReadOnlyList<FieldProblem> Check(CommandRequest request)
    {
        var problems = new List<FieldProblem>();
        if (!Enum.IsDefined(request.Action))
        {
            problems.Add(new("action", request.Action.ToString(), "This action is not known.", $"One of {string.Join(", ", Enum.GetNames<RolloutAction>())}."));
        }

        if (request.Action is not RolloutAction.Start)
        {
            Limit(problems, "revision", request.Revision, MaxRevisionChars);
        }

        Limit(problems, "expectedTarget", request.ExpectedTarget, MaxRevisionChars);
        Limit(problems, "reason", request.Reason, MaxReasonChars);
        Limit(problems, "id", request.Id, MaxIdChars);
        if (request is { Action: RolloutAction.Start, Revision: null })
        {
            problems.Add(new("revision", null, "start needs the new revision.", "The version's name, like v2."));
        }
        else if (request is { Action: RolloutAction.Start, Revision: { } revision } && !Names.IsVersion(revision))
        {
            // The same form as in a file: what could not stand there must not become stable here.
            problems.Add(new("revision", ShortText(revision), "this is not a version's name.", $"{Names.VersionForm}."));
        }

        if (request is { Action: RolloutAction.BreakGlass, Reason: null or "" })
        {
            problems.Add(new("reason", null, "break-glass needs a reason.", "Say why; it stays in the audit trail."));
        }

        if (request.Step is < 1)
        {
            problems.Add(new("step", request.Step.ToString(), "Steps count from 1.", null));
        }

        return problems;
    }

    /// <summary>In the planner's words.</summary>
    public static RolloutCommand ToCommand(CommandRequest request, ApiCaller caller) => new()
    {
        Id = request.Id ?? Guid.CreateVersion7().ToString("N"),
        Action = request.Action,
        Revision = request.Revision,
        ExpectedTarget = request.ExpectedTarget,
        StepIndex = request.Step - 1,
        Actor = caller.Actor,
        Identity = caller.Identity,
        Comment = request.Reason,
    };

    private static string ShortText(string value) => value.Length > 20 ? $"{value[..20]}…" : value;

    private static void Limit(List<FieldProblem> problems, string path, string? value, int most)
    {
        if (value is not null && (value.Length == 0 || value.Length > most))
        {
            problems.Add(new(path, ShortText(value), $"1 to {most} characters are allowed, not {value.Length}.", "Leave it out, or shorten it."));
        }
    }
}
