using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>Checks a rollout by all its rules. The validators hold no state and are made once.</summary>
public static class RolloutRuleBook
{
    private static readonly RolloutValidator _resource = new();
    private static readonly StandaloneRules _standalone = new();

    /// <summary>All that is wrong with <paramref name="rollout"/>, without places in a text; empty when it may be used.</summary>
    public static IReadOnlyList<FieldProblem> Problems(Rollout rollout, RolloutRules rules) => [.. Check(rollout, rules).Select(found => found.Problem)];

    internal static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(Rollout rollout, RolloutRules rules) =>
        ValidatorsFor(rules)
            .SelectMany(validator => validator.Validate(rollout).Errors)
            .Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));

    private static IEnumerable<IValidator<Rollout>> ValidatorsFor(RolloutRules rules) => rules switch
    {
        RolloutRules.Resource => [_resource],
        RolloutRules.Standalone => [_resource, _standalone],
    };
}
