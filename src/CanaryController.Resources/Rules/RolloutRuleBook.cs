using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>Checks a rollout by all its rules. The validators hold no state and are made once.</summary>
public static class RolloutRuleBook
{
    private static readonly RolloutValidator _resource = new();
    private static readonly StandaloneRules _standalone = new();
    private static readonly KubernetesRules _kubernetes = new();

    /// <summary>All that is wrong with <paramref name="rollout"/>, without places in a text; empty when it may be used.</summary>
    public static IReadOnlyList<FieldProblem> Problems(Rollout rollout, RolloutRules rules) => [.. Check(rollout, rules).Select(found => found.Problem)];

    /// <summary>Where the manager's own rules refuse a field, theirs is the fix: what the resource's rules would ask for could be refused again.</summary>
    internal static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(Rollout rollout, RolloutRules rules)
    {
        List<(FieldProblem Problem, bool IsAbsence)> found = [];
        foreach (var validator in ValidatorsFor(rollout, rules))
        {
            var own = validator.Validate(rollout).Errors.Select(failure => (Problem: failure.ToProblem(), IsAbsence: string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal))).ToList();
            found.RemoveAll(before => own.Exists(after => after.Problem.Path == before.Problem.Path && after.Problem.Severity is ProblemSeverity.Error));
            found.AddRange(own);
        }

        return found;
    }

    private static IEnumerable<IValidator<Rollout>> ValidatorsFor(Rollout rollout, RolloutRules rules) => rules switch
    {
        RolloutRules.Resource => [_resource],
        RolloutRules.Standalone => [_resource, _standalone],
        RolloutRules.Kubernetes => [_resource, _kubernetes],
        RolloutRules.ByRouter => rollout.Spec.Traffic.Router switch
        {
            RouterType.Consul when rollout.Spec.Workload.Kind is WorkloadType.Deployment => [_resource, _kubernetes],
            RouterType.Gateway or RouterType.Consul or RouterType.HAProxy => [_resource, _standalone],
            RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx => [_resource, _kubernetes],
            // It could not be read, or is missing: that is said already, and what else is wrong depends on it.
            null => [_resource],
        },
    };
}
