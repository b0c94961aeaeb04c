using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="ApprovalResource"/>, the same ones for the reader, the controller and the CLI.</summary>
public sealed class ApprovalRules : AbstractValidator<ApprovalResource>
{
    private static readonly ApprovalRules _rules = new();

    /// <summary>Makes the rules.</summary>
    public ApprovalRules()
    {
        RuleFor(approval => approval.ApiVersion)
            .IsThere($"write {Rollout.ApiVersionText}")
            .Must(text => text is "" or Rollout.ApiVersionText).Says(text => $"{text} is not an API version that is read here", $"write {Rollout.ApiVersionText}");
        RuleFor(approval => approval.Kind).IsThere($"write {ApprovalResource.KindText}");
        RuleFor(approval => approval.Metadata).SetValidator(new CommandMetadataValidator("approval", "checkout-"));
        RuleFor(approval => approval.Spec).SetValidator(new ApprovalSpecValidator());
    }

    /// <summary>All that is wrong with <paramref name="approval"/>, without places in a text; empty when it may be carried out.</summary>
    public static IReadOnlyList<FieldProblem> Problems(ApprovalResource approval) => [.. Check(approval).Select(found => found.Problem)];

    internal static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(ApprovalResource approval) =>
        _rules.Validate(approval).Errors.Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));
}

/// <summary>The rules of <see cref="ApprovalSpec"/>.</summary>
internal sealed class ApprovalSpecValidator : AbstractValidator<ApprovalSpec>
{
    public ApprovalSpecValidator()
    {
        RuleFor(spec => spec.Rollout).IsThere("write the rollout's name").IsDnsLabel();
        RuleFor(spec => spec.Revision)
            .IsThere("write the revision that you looked at")
            .Must(text => string.IsNullOrEmpty(text) || Names.IsVersion(text)).Says(text => $"{text} is not a revision's name", Names.VersionForm);
        RuleFor(spec => spec.Step)
            .NotNull().Says("the field is required", "write the step that you looked at, from 1").WithErrorCode(RuleText.Absence)
            .Must(step => step is null or (>= 1 and <= 50)).Says(step => $"{step} is out of range", "write the step that you looked at, from 1");
        RuleFor(spec => spec.Decision).NotNull().Says("the field is required", $"write one of {string.Join(", ", Enum.GetNames<ApprovalDecision>())}").WithErrorCode(RuleText.Absence)
            .Must(decision => decision is null || Enum.IsDefined(decision.Value)).Says(decision => $"{decision} is no answer", $"write one of {string.Join(", ", Enum.GetNames<ApprovalDecision>())}");
        RuleFor(spec => spec.Comment)
            .Must(text => text is null || text.Length <= RolloutCommandSpec.MaxReasonCharacters)
            .Says(text => $"{text?.Length} characters are too many", $"keep {RolloutCommandSpec.MaxReasonCharacters} at most");
    }
}
