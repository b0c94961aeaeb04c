using CanaryController.Core.Analysis;
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
        RuleFor(rollout => rollout.Spec.Traffic.Consul)
            .Must(consul => consul is not { ServiceRouter: true })
            .Says("a ServiceRouter is of Kubernetes", "leave it out: on plain hosts the service-router is made where there is none")
            .OverridePropertyName("Spec.Traffic.Consul.ServiceRouter");
        Include(new AbilityRules());
        RuleFor(rollout => rollout).Custom((rollout, context) => HAProxyShares.Check(rollout.Spec, context));
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckSource(rollout.Spec, context));
        When(rollout => EffectiveSource.Of(rollout.Spec) is RequestSource.Gateway, () =>
        {
            RuleForEach(rollout => rollout.Spec.Strategy.Steps).ChildRules(step => GatewayHistogram.Add(step.RuleForEach(each => each.Metrics)));
            GatewayHistogram.Add(RuleForEach(rollout => rollout.Spec.Analysis.Metrics));
        });
    }

    /// <summary>Who counts requests on plain hosts.</summary>
    private static void CheckSource(SpecSection spec, ValidationContext<Rollout> context)
    {
        switch (spec.Analysis.Source)
        {
            case (RequestSource.Istio or RequestSource.Linkerd or RequestSource.IngressNginx) and var source:
                context.Problem("spec.analysis.source", $"{source} counts on Kubernetes", "leave it out: the router counts; or write Application or OpenTelemetry where the service counts its own requests");
                break;
            case (RequestSource.Envoy or RequestSource.Traefik) and var source when spec.Analysis.SourceNames is null:
                context.Problem(
                    "spec.analysis.sourceNames",
                    $"what {source} calls the versions is known on Kubernetes only",
                    "write sourceNames: {stable: 'checkout-{{ version }}', canary: 'checkout-{{ version }}'} as the series have it",
                    isAbsence: true);
                break;
            case RequestSource.HAProxy when spec.Traffic.Router is not (RouterType.HAProxy or null):
                context.Problem("spec.analysis.source", "HAProxy's backend is known of the router HAProxy only", "leave it out: the router counts");
                break;
            case RequestSource.Consul when spec.Traffic.Router is not (RouterType.Consul or null):
                context.Problem("spec.analysis.source", "Consul's service is known of the router Consul only", "leave it out: the router counts");
                break;
            default:
                break;
        }
    }
}
