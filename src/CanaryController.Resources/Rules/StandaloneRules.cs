using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>What the standalone manager of this version can carry out. What it could not is refused at once, not found out in the middle of a rollout.</summary>
public sealed class StandaloneRules : AbstractValidator<Rollout>
{
    /// <summary>Makes the rules.</summary>
    public StandaloneRules()
    {
        RuleFor(rollout => rollout.Spec.Workload.Kind)
            .Must(kind => kind is null or WorkloadType.External)
            .Says("the standalone manager runs no Deployments", "write kind: External, with versions that somebody else runs");
        RuleFor(rollout => rollout.Spec.Traffic.Router)
            .Must(router => router is null or RouterType.Gateway or RouterType.Consul or RouterType.HAProxy)
            .Says(router => $"{router} is for Kubernetes", "write Gateway, Consul or HAProxy");
        Include(new AbilityRules());
        RuleForEach(rollout => rollout.Spec.Strategy.Steps).ChildRules(step =>
        {
            step.RuleFor(each => each.Gates)
                .Must(gates => gates.IsEmpty).Says("this version asks no gates: the step would wait for ever", "leave it out; an approval can be given by a pipeline");
            step.RuleFor(each => each.Approval!.Channels)
                .Must(channels => channels.IsEmpty).Says("this version asks in no channels", "leave it out; approvers use canaryctl or the HTTP API")
                .When(each => each.Approval is not null);
            GatewayHistogram.Add(step.RuleForEach(each => each.Metrics));
        });
        GatewayHistogram.Add(RuleForEach(rollout => rollout.Spec.Analysis.Metrics));
    }
}
