using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>What the controller of this version can carry out on Kubernetes. What it could not is refused at once, not found out in the middle of a rollout.</summary>
public sealed class KubernetesRules : AbstractValidator<Rollout>
{
    /// <summary>The longest <c>metadata.name</c>: the names of objects derived from it stay within 63 characters.</summary>
    public const int MaxNameCharacters = 40;

    /// <summary>The longest name of a service: <c>NAME-canary</c> and <c>NAME-stable</c> stay within 63 characters.</summary>
    public const int MaxServiceNameCharacters = 56;

    /// <summary>The longest name of an Ingress: <c>NAME-canary</c> stays within 253 characters.</summary>
    public const int MaxIngressNameCharacters = 246;

    /// <summary>The most that <c>ReplicaRatio</c> can give the canary while stable stays full: percent.</summary>
    public const int MaxRatioPercent = 50;

    private const string Sources = "Istio, Linkerd, Consul, Envoy, Traefik or IngressNginx, whichever sends these requests; Application or OpenTelemetry where the service counts them; Gateway for canary-gateway";

    /// <summary>Makes the rules.</summary>
    public KubernetesRules()
    {
        RuleFor(rollout => rollout.Metadata.Name)
            .Must(name => name.Length <= MaxNameCharacters)
            .Says(name => $"the name has {name.Length} characters; other objects' names are made from it", $"keep {MaxNameCharacters} at most");
        RuleFor(rollout => rollout.Spec.Service!.Name)
            .Must(name => name.Length <= MaxServiceNameCharacters)
            .Says(name => $"the name has {name.Length} characters; a Service {name}-canary is made beside it", $"keep {MaxServiceNameCharacters} at most")
            .When(rollout => rollout.Spec.Service is not null);
        RuleFor(rollout => rollout.Spec.Traffic.Router)
            .Must(router => router is not (RouterType.Gateway or RouterType.HAProxy))
            .Says(router => $"{router} is for plain hosts in this version", "write the mesh or gateway of the cluster, like GatewayAPI or Istio, or ReplicaRatio for a Deployment without one");
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckVersions(rollout.Spec.Workload, context));
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckRatio(rollout.Spec, context));
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckSource(rollout.Spec, context));
        RuleFor(rollout => rollout.Spec.Traffic.Istio!.DestinationRule)
            .Null().Says("subsets tell the pods of a Deployment apart, and External versions are Services", "leave it out")
            .When(rollout => rollout.Spec is { Workload.Kind: WorkloadType.External, Traffic: { Router: RouterType.Istio, Istio: not null } });
        Include(new AbilityRules());
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckIngresses(rollout.Spec, context));
        RuleFor(rollout => rollout).Custom((rollout, context) => CheckConsul(rollout.Spec, context));
        When(rollout => EffectiveSource.Of(rollout.Spec) is RequestSource.Gateway, () =>
        {
            RuleForEach(rollout => rollout.Spec.Strategy.Steps).ChildRules(step => GatewayHistogram.Add(step.RuleForEach(each => each.Metrics)));
            GatewayHistogram.Add(RuleForEach(rollout => rollout.Spec.Analysis.Metrics));
        });
    }

    /// <summary>External versions are Services here.</summary>
    private static void CheckVersions(WorkloadSection workload, ValidationContext<Rollout> context)
    {
        if (workload is not { Kind: WorkloadType.External, Versions: { } versions })
        {
            return;
        }

        CheckServiceName("spec.workload.versions.stable", versions.Stable, context);
        CheckServiceName("spec.workload.versions.canary", versions.Canary, context);
        if (versions.Canary is { Length: > 0 } canary && canary == versions.Stable)
        {
            context.Problem("spec.workload.versions.canary", $"{canary} is the stable version's Service; the canary needs its own", "write the name of another Service, or leave it out until there is one");
        }
    }

    private static void CheckServiceName(string path, string? name, ValidationContext<Rollout> context)
    {
        if (name is { Length: > 0 } && Names.IsVersion(name) && !Names.IsDnsLabel(name))
        {
            context.Problem(path, $"{name} is not a Service's name", "write the name of the Service that sends to this version: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends");
        }
    }

    /// <summary>What pod counts behind one Service can do.</summary>
    private static void CheckRatio(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec.Traffic.Router is not RouterType.ReplicaRatio)
        {
            return;
        }

        if (spec.Workload.Kind is WorkloadType.External)
        {
            context.Problem("spec.traffic.router", "ReplicaRatio counts pods, and the controller does not start those of an External workload", "write GatewayAPI, or kind: Deployment");
        }

        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            if (spec.Strategy.Steps[index].Weight is > MaxRatioPercent and <= 100 and var weight)
            {
                context.Problem(
                    $"spec.strategy.steps[{index}].weight",
                    $"{weight} is out of reach: stable keeps all its s pods, and n canary pods beside them get n/(n+s) of the traffic",
                    $"write {MaxRatioPercent} or less; promotion follows the last step");
            }

            if (spec.Strategy.Steps[index].Replicas is not null)
            {
                context.Problem($"spec.strategy.steps[{index}].replicas", "with ReplicaRatio the weight says how many pods the canary has", "leave it out");
            }
        }
    }

    /// <summary>What a second Ingress beside the user's can do.</summary>
    private static void CheckIngresses(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec.Traffic is not { Router: RouterType.IngressNginx, IngressNginx: { } section })
        {
            return;
        }

        if (spec.Workload.Kind is WorkloadType.External)
        {
            context.Problem("spec.traffic.router", "your Ingress leads to one Service and stays as it is, but External versions change roles with each promotion", "write kind: Deployment, or a router whose routes name both versions, like GatewayAPI");
        }

        for (var index = 0; index < section.Ingresses.Count; index++)
        {
            if (section.Ingresses[index].Name is { Length: > MaxIngressNameCharacters } name)
            {
                context.Problem(
                    $"spec.traffic.ingressNginx.ingresses[{index}].name", $"the name has {name.Length} characters; an Ingress {name}-canary is made beside it", $"keep {MaxIngressNameCharacters} at most");
            }
        }
    }

    /// <summary>What consul-k8s makes of a Deployment's pods.</summary>
    private static void CheckConsul(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec.Traffic.Router is not RouterType.Consul)
        {
            return;
        }

        if (spec.Workload.Kind is WorkloadType.External)
        {
            context.Problem(
                "spec.traffic.router", "on Kubernetes Consul's subsets tell the pods of a Deployment apart, and External versions are Services", "write kind: Deployment, or a router whose routes name both versions, like GatewayAPI");
        }

        if (spec.Traffic.Consul is not { } consul)
        {
            return;
        }

        if (consul.Name != new ConsulSection().Name)
        {
            context.Problem("spec.traffic.consul.name", "agents are named on plain hosts; on Kubernetes consul-k8s is asked", "leave it out");
        }

        if (spec.Service is { Name.Length: > 0 } service && consul.Service.Length > 0 && consul.Service != service.Name)
        {
            context.Problem("spec.traffic.consul.service", $"consul-k8s registers the pods of Service {service.Name} under its name", $"write {service.Name}, and leave the annotation consul.hashicorp.com/connect-service out of the pods");
        }
    }

    /// <summary>Built-in metrics are counted by somebody: the Gateway API and a Service do not say by whom.</summary>
    private static void CheckSource(SpecSection spec, ValidationContext<Rollout> context)
    {
        switch (EffectiveSource.Of(spec))
        {
            case RequestSource.HAProxy:
                context.Problem("spec.analysis.source", "on Kubernetes this version does not know what HAProxy calls its backends", $"write {Sources}");
                return;
            case RequestSource.Application or RequestSource.OpenTelemetry when spec.Workload.Kind is WorkloadType.External && spec.Analysis.SourceLabels?.Version is null:
                context.Problem(
                    "spec.analysis.sourceLabels.version",
                    "the pods of an External workload are not known, so a label has to tell its versions apart",
                    "write sourceLabels: {version: LABEL}, a label whose value is the name of the version's Service",
                    isAbsence: true);
                return;
            case not null:
                return;
            case null:
                break;
        }

        if (spec.Analysis.Metrics.Concat(spec.Strategy.Steps.SelectMany(step => step.Metrics)).FirstOrDefault(metric => metric.Builtin is not null) is { } builtIn)
        {
            context.Problem(
                "spec.analysis.source",
                $"the metric {builtIn.Name} is built in, and {spec.Traffic.Router} does not say who counts these requests",
                $"write source: {Sources}; or give the metric a query: of your own",
                isAbsence: true);
        }
    }
}
