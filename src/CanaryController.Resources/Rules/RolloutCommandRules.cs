using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="RolloutCommandResource"/>, the same ones for the reader, the controller and the CLI.</summary>
public sealed class RolloutCommandRules : AbstractValidator<RolloutCommandResource>
{
    private static readonly RolloutCommandRules _rules = new();

    /// <summary>Makes the rules.</summary>
    public RolloutCommandRules()
    {
        RuleFor(command => command.ApiVersion)
            .IsThere($"write {Rollout.ApiVersionText}")
            .Must(text => text is "" or Rollout.ApiVersionText).Says(text => $"{text} is not an API version that is read here", $"write {Rollout.ApiVersionText}");
        RuleFor(command => command.Kind).IsThere($"write {RolloutCommandResource.KindText}");
        RuleFor(command => command.Metadata).SetValidator(new CommandMetadataValidator("command", "abort-"));
        RuleFor(command => command.Spec).SetValidator(new CommandSpecValidator());
    }

    /// <summary>All that is wrong with <paramref name="command"/>, without places in a text; empty when it may be carried out.</summary>
    public static IReadOnlyList<FieldProblem> Problems(RolloutCommandResource command) => [.. Check(command).Select(found => found.Problem)];

    internal static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(RolloutCommandResource command) =>
        _rules.Validate(command).Errors.Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));
}

/// <summary>The rules of <see cref="RolloutCommandSpec"/>.</summary>
internal sealed class CommandSpecValidator : AbstractValidator<RolloutCommandSpec>
{
    public CommandSpecValidator()
    {
        RuleFor(spec => spec.Rollout).IsThere("write the rollout's name").IsDnsLabel();
        RuleFor(spec => spec.Action).NotNull().Says("the field is required", $"write one of {string.Join(", ", Enum.GetNames<RolloutAction>())}").WithErrorCode(RuleText.Absence);
        RuleFor(spec => spec.Revision)
            .NotNull().When(spec => spec.Action is RolloutAction.Start, ApplyConditionTo.CurrentValidator).Says("Start needs the new revision", "write revision: NAME").WithErrorCode(RuleText.Absence)
            .Must(text => text is null || Names.IsVersion(text)).Says(text => $"{(text is "" ? "nothing" : text)} is not a revision's name", Names.VersionForm);
        RuleFor(spec => spec.ExpectedTarget)
            .Must(text => text is null || Names.IsVersion(text)).Says(text => $"{(text is "" ? "nothing" : text)} is not a revision's name", Names.VersionForm)
            .Null().When(spec => spec.Action is not (null or RolloutAction.Start), ApplyConditionTo.CurrentValidator).Says("only Start compares the target", "leave it out, or write revision");
        RuleFor(spec => spec.Step)
            .Must(step => step is null or (>= 1 and <= 50)).Says(step => $"{step} is out of range", "write the step that you saw, from 1")
            .Null().When(spec => spec.Action is RolloutAction.Start or RolloutAction.Undo, ApplyConditionTo.CurrentValidator).Says("Start and Undo do not depend on a step", "leave it out");
        RuleFor(spec => spec.Reason)
            .NotEmpty().When(spec => spec.Action is RolloutAction.BreakGlass, ApplyConditionTo.CurrentValidator).Says("BreakGlass needs a reason", "say why; it stays in the audit trail").WithErrorCode(RuleText.Absence)
            .Must(text => text is null or { Length: <= RolloutCommandSpec.MaxReasonCharacters })
            .Says(text => $"the reason has {text!.Length} characters", $"keep {RolloutCommandSpec.MaxReasonCharacters} at most");
    }
}
