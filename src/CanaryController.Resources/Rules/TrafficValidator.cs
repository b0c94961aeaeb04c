using System.Linq.Expressions;
using CanaryController.Core;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="TrafficSection"/>: a router, its own section, and no other's.</summary>
internal sealed class TrafficValidator : AbstractValidator<TrafficSection>
{
    public TrafficValidator()
    {
        RuleFor(traffic => traffic.Router)
            .NotNull().Says("the field is required", "write what carries the requests: GatewayAPI, Istio, Linkerd, SMI, Traefik, Contour, IngressNginx or Consul on Kubernetes (ReplicaRatio where nothing does), Gateway, Consul or HAProxy on plain hosts").WithErrorCode(RuleText.Absence);
        Section(traffic => traffic.Gateway!, RouterType.Gateway, "gateway", "the Gateway router needs a route", "write gateway: {route: NAME}, with the route's name in the gateway's configuration", new GatewayValidator());
        Section(traffic => traffic.GatewayApi!, RouterType.GatewayAPI, "gatewayAPI", "the GatewayAPI router needs its routes", "write gatewayAPI: {httpRoutes: [{name: NAME}]}", new RouteListsValidator<GatewayApiSection>());
        Section(traffic => traffic.Istio!, RouterType.Istio, "istio", "the Istio router needs its VirtualServices", "write istio: {virtualServices: [{name: NAME}]}", new IstioValidator());
        Section(traffic => traffic.Linkerd!, RouterType.Linkerd, "linkerd", "the Linkerd router needs its routes", "write linkerd: {httpRoutes: [{name: NAME}]}", new RouteListsValidator<LinkerdSection>());
        Section(traffic => traffic.Smi!, RouterType.SMI, "smi", "the SMI router needs its TrafficSplits", "write smi: {trafficSplits: [{name: NAME}]}", new RouteListsValidator<SmiSection>());
        Section(traffic => traffic.Traefik!, RouterType.Traefik, "traefik", "the Traefik router needs its TraefikServices", "write traefik: {traefikServices: [{name: NAME}]}", new RouteListsValidator<TraefikSection>());
        Section(traffic => traffic.Contour!, RouterType.Contour, "contour", "the Contour router needs its HTTPProxies", "write contour: {httpProxies: [{name: NAME}]}", new RouteListsValidator<ContourSection>());
        Section(traffic => traffic.IngressNginx!, RouterType.IngressNginx, "ingressNginx", "the IngressNginx router needs its Ingresses", "write ingressNginx: {ingresses: [{name: NAME}]}", new RouteListsValidator<IngressNginxSection>());
        Section(traffic => traffic.Consul!, RouterType.Consul, "consul", "the Consul router needs its service", "write consul: {service: NAME}, with the name that the instances register; on Kubernetes that of the Service", new ConsulValidator());
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

/// <summary>The rules of sections that name objects of a cluster: at least one in all, at most 16 in a list, each once.</summary>
internal sealed class RouteListsValidator<T> : AbstractValidator<T>
    where T : class
{
    private const int MaxRoutes = 16;

    public RouteListsValidator() => RuleFor(section => section).Custom((section, context) => Check(RouteLists.Of(section), context));

    private static void Check(IReadOnlyList<RouteList> lists, ValidationContext<T> context)
    {
        if (lists.All(list => list.Routes.IsEmpty))
        {
            context.Problem(lists[0].Field, $"the router needs at least one {lists[0].Kind}", $"write {lists[0].Field}: [{{name: NAME}}]", isAbsence: true);
        }

        foreach (var list in lists)
        {
            if (list.Routes.Count > MaxRoutes)
            {
                context.Problem(list.Field, $"{list.Routes.Count} {list.Kind} objects are too many", $"keep {MaxRoutes} at most");
            }

            for (var index = 0; index < list.Routes.Count; index++)
            {
                Name(list.Routes[index].Name, $"{list.Field}[{index}].name", list.Kind, context);
            }

            Repeats.Check([.. list.Routes.Select(route => route.Name)], list.Field, $"the {list.Kind}", context);
        }
    }

    private static void Name(string name, string path, string kind, ValidationContext<T> context)
    {
        if (name.Length == 0)
        {
            context.Problem(path, "the field is required", $"write the {kind}'s name", isAbsence: true);
        }
        else if (!Names.IsDnsSubdomain(name))
        {
            context.Problem(path, $"{name} is not a DNS subdomain", "use at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends");
        }
    }
}

/// <summary>The rules of <see cref="IstioSection"/>.</summary>
internal sealed class IstioValidator : AbstractValidator<IstioSection>
{
    /// <summary>The most http routes of a VirtualService that may be named.</summary>
    internal const int MaxNames = 16;

    /// <summary>The longest name of one.</summary>
    internal const int MaxNameCharacters = 128;

    public IstioValidator()
    {
        Include(new RouteListsValidator<IstioSection>());
        RuleFor(istio => istio).Custom((istio, context) =>
        {
            for (var index = 0; index < istio.VirtualServices.Count; index++)
            {
                Routes(istio.VirtualServices[index].Routes, $"virtualServices[{index}].routes", context);
            }
        });
        RuleFor(istio => istio.DestinationRule!).ChildRules(rule =>
        {
            rule.RuleFor(each => each.Name).IsThere("write the DestinationRule's name").IsDnsSubdomain();
            rule.RuleFor(each => each.Stable).NotEmpty().Says("the subset's name is empty", "write a name, or leave the field out for stable").IsDnsLabel();
            rule.RuleFor(each => each.Canary)
                .NotEmpty().Says("the subset's name is empty", "write a name, or leave the field out for canary")
                .NotEqual(each => each.Stable).Says("both versions have the same subset", "name two subsets")
                .IsDnsLabel();
        }).When(istio => istio.DestinationRule is not null);
    }

    /// <summary>Istio takes any text as the name of a route.</summary>
    private static void Routes(EquatableArray<string> names, string path, ValidationContext<IstioSection> context)
    {
        if (names.Count > MaxNames)
        {
            context.Problem(path, $"{names.Count} routes are too many", $"keep {MaxNames} at most, or leave the field out for all of them");
        }

        for (var index = 0; index < names.Count; index++)
        {
            if (names[index].Length is 0 or > MaxNameCharacters)
            {
                context.Problem($"{path}[{index}]", $"a route's name has 1 to {MaxNameCharacters} characters", "write the name of an http route of the VirtualService");
            }
        }

        Repeats.Check([.. names], path, "the route", context);
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
