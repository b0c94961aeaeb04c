using System.Linq.Expressions;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="TrafficSection"/>: a router, its own section, and no other's.</summary>
internal sealed class TrafficValidator : AbstractValidator<TrafficSection>
{
    public TrafficValidator()
    {
        RuleFor(traffic => traffic.Router)
            .NotNull().Says("the field is required", "write Gateway, Consul or HAProxy on plain hosts, GatewayAPI or ReplicaRatio on Kubernetes").WithErrorCode(RuleText.Absence);
        Section(traffic => traffic.Gateway!, RouterType.Gateway, "gateway", "the Gateway router needs a route", "write gateway: {route: NAME}, with the route's name in the gateway's configuration", new GatewayValidator());
        Section(traffic => traffic.GatewayApi!, RouterType.GatewayAPI, "gatewayAPI", "the GatewayAPI router needs its routes", "write gatewayAPI: {httpRoutes: [{name: NAME}]}", new GatewayApiValidator());
        Section(traffic => traffic.Consul!, RouterType.Consul, "consul", "the Consul router needs its service", "write consul: {service: NAME}, with the name that the instances register", new ConsulValidator());
        Section(traffic => traffic.HAProxy!, RouterType.HAProxy, "haproxy", "the HAProxy router needs its backend", "write haproxy: {backend: NAME}, with the backend's name in the proxy's configuration", new HAProxyValidator());
    }

    /// <summary>A section is required by its own router, which nothing else may have.</summary>
    private void Section<T>(Expression<Func<TrafficSection, T>> section, RouterType router, string field, string missing, string fix, IValidator<T> rules)
        where T : class
    {
        var read = section.Compile();
        RuleFor(traffic => traffic).Custom((traffic, context) =>
        {
            if (traffic.Router == router && read(traffic) is null)
            {
                context.Problem(field, missing, fix, isAbsence: true);
            }
            else if (traffic.Router is { } other && other != router && read(traffic) is not null)
            {
                context.Problem(field, $"only the {router} router has this section", $"leave it out, or write router: {router}");
            }
        });
        RuleFor(section).SetValidator(rules).When(traffic => read(traffic) is not null && (traffic.Router is null || traffic.Router == router)).OverridePropertyName(char.ToUpperInvariant(field[0]) + field[1..]);
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

/// <summary>The rules of <see cref="ConsulSection"/>.</summary>
internal sealed class ConsulValidator : AbstractValidator<ConsulSection>
{
    public ConsulValidator()
    {
        RuleFor(consul => consul.Name).NotEmpty().Says("the agent's name is empty", "write a name, or leave the field out for default").IsDnsLabel();
        RuleFor(consul => consul.Service).IsThere("write the service's name, as its instances register it").IsDnsLabel();
    }
}

/// <summary>The rules of <see cref="HAProxySection"/>.</summary>
internal sealed class HAProxyValidator : AbstractValidator<HAProxySection>
{
    public HAProxyValidator()
    {
        RuleFor(proxy => proxy.Name).NotEmpty().Says("the proxy's name is empty", "write a name, or leave the field out for default").IsDnsLabel();
        RuleFor(proxy => proxy.Backend)
            .IsThere("write the backend's name in the proxy's configuration")
            .Must(name => name.Length == 0 || Names.IsProxyName(name)).Says(name => $"{name} is not a backend's name", Names.ProxyNameForm);
    }
}
