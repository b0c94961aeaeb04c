using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="WorkloadSection"/>.</summary>
internal sealed class WorkloadValidator : AbstractValidator<WorkloadSection>
{
    public WorkloadValidator()
    {
        RuleFor(workload => workload.Kind)
            .NotNull().Says("the field is required", "write External (somebody else runs the versions) or Deployment").WithErrorCode(RuleText.Absence);
        RuleFor(workload => workload.ProgressDeadline).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        When(workload => workload.Kind is WorkloadType.External, () =>
        {
            RuleFor(workload => workload.Versions)
                .NotNull().Says("an External workload needs its versions", "write versions: {stable: v1, canary: v2}").WithErrorCode(RuleText.Absence);
            RuleFor(workload => workload.Name)
                .Null().Says("an External workload has no name of its own", "leave it out: versions says what there is");
        });
        When(workload => workload.Kind is WorkloadType.Deployment, () =>
        {
            RuleFor(workload => workload.Name ?? "").IsThere("write the Deployment's name").OverridePropertyName("Name");
            RuleFor(workload => workload.Versions)
                .Null().Says("a Deployment's versions are its ReplicaSets", "leave it out, or write kind: External");
        });
        RuleFor(workload => workload.Name).IsDnsLabel();
        RuleFor(workload => workload.Versions!).SetValidator(new VersionsValidator()).When(workload => workload.Versions is not null);
    }
}

/// <summary>The rules of <see cref="VersionsSection"/>.</summary>
internal sealed class VersionsValidator : AbstractValidator<VersionsSection>
{
    public VersionsValidator()
    {
        RuleFor(versions => versions.Stable)
            .IsThere("write the version that has the traffic now")
            .Must(text => text.Length == 0 || Names.IsVersion(text)).Says(text => $"{text} is not a version's name", Names.VersionForm);
        RuleFor(versions => versions.Canary)
            .Must(text => text is null || Names.IsVersion(text)).Says(text => $"{(text is "" ? "nothing" : text)} is not a version's name", Names.VersionForm);
    }
}

/// <summary>The rules of <see cref="ServiceSection"/>.</summary>
internal sealed class ServiceValidator : AbstractValidator<ServiceSection>
{
    public ServiceValidator()
    {
        RuleFor(service => service.Name).IsThere("write the service's name").IsDnsLabel();
        RuleFor(service => service.Port).Must(port => port is null or (>= 1 and <= 65_535)).Says(port => $"{port} is not a port", "write 1 to 65535");
    }
}

/// <summary>The rules of <see cref="TrafficSection"/>.</summary>
internal sealed class TrafficValidator : AbstractValidator<TrafficSection>
{
    public TrafficValidator()
    {
        RuleFor(traffic => traffic.Router).NotNull().Says("the field is required", "write Gateway, or on Kubernetes GatewayAPI or ReplicaRatio").WithErrorCode(RuleText.Absence);
        RuleFor(traffic => traffic.Gateway)
            .NotNull().When(traffic => traffic.Router is RouterType.Gateway)
            .Says("the Gateway router needs a route", "write gateway: {route: NAME}, with the route's name in the gateway's configuration").WithErrorCode(RuleText.Absence);
        RuleFor(traffic => traffic.Gateway)
            .Null().When(traffic => traffic.Router is RouterType.GatewayAPI or RouterType.ReplicaRatio)
            .Says("only the Gateway router has this section", "leave it out, or write router: Gateway");
        RuleFor(traffic => traffic.Gateway!).SetValidator(new GatewayValidator()).When(traffic => traffic is { Gateway: not null, Router: null or RouterType.Gateway });
        RuleFor(traffic => traffic.GatewayApi)
            .NotNull().When(traffic => traffic.Router is RouterType.GatewayAPI)
            .Says("the GatewayAPI router needs its routes", "write gatewayAPI: {httpRoutes: [{name: NAME}]}").WithErrorCode(RuleText.Absence).OverridePropertyName("GatewayAPI");
        RuleFor(traffic => traffic.GatewayApi)
            .Null().When(traffic => traffic.Router is RouterType.Gateway or RouterType.ReplicaRatio)
            .Says("only the GatewayAPI router has this section", "leave it out, or write router: GatewayAPI").OverridePropertyName("GatewayAPI");
        RuleFor(traffic => traffic.GatewayApi!).SetValidator(new GatewayApiValidator()).When(traffic => traffic is { GatewayApi: not null, Router: null or RouterType.GatewayAPI }).OverridePropertyName("GatewayAPI");
    }
}

/// <summary>The rules of <see cref="GatewaySection"/>.</summary>
internal sealed class GatewayValidator : AbstractValidator<GatewaySection>
{
    public GatewayValidator()
    {
        RuleFor(gateway => gateway.Name).NotEmpty().Says("the gateway's name is empty", "write a name, or leave the field out for default").IsDnsLabel();
        RuleFor(gateway => gateway.Route).IsThere("write the route's name in the gateway's configuration").IsDnsLabel();
    }
}

/// <summary>The rules of <see cref="GatewayApiSection"/>.</summary>
internal sealed class GatewayApiValidator : AbstractValidator<GatewayApiSection>
{
    private const int MaxRoutes = 16;

    public GatewayApiValidator()
    {
        RuleFor(section => section.HttpRoutes)
            .Must(routes => routes.Count > 0).Says("the router needs at least one HTTPRoute", "write httpRoutes: [{name: NAME}]").WithErrorCode(RuleText.Absence)
            .Must(routes => routes.Count <= MaxRoutes).Says(routes => $"{routes.Count} HTTPRoutes are too many", $"keep {MaxRoutes} at most");
        RuleForEach(section => section.HttpRoutes).ChildRules(route => route.RuleFor(each => each.Name).IsThere("write the HTTPRoute's name").IsDnsSubdomain());
        RuleFor(section => section).Custom((section, context) => Repeats.Check([.. section.HttpRoutes.Select(route => route.Name)], "httpRoutes", "the HTTPRoute", context));
    }
}
