using System.Buffers;
using CanaryController.Core;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>Refuses steps that ask of their router what it cannot do, by its row of <see cref="RouterTable"/>.</summary>
public sealed class AbilityRules : AbstractValidator<Rollout>
{
    private static readonly SearchValues<char> _plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:");

    private const string ByHeader = "pick them by a header instead, or leave it out and begin with a small weight";
    private const string BySmallWeight = "leave it out; begin with a small weight instead";

    /// <summary>Makes the rules by <see cref="RouterTable"/>.</summary>
    public AbilityRules()
        : this(RouterTable.Of)
    {
    }

    /// <summary>Makes the rules by other rows.</summary>
    /// <param name="rowOf">The row of a router.</param>
    public AbilityRules(Func<RouterType, RouterAbilities> rowOf)
    {
        ArgumentNullException.ThrowIfNull(rowOf);
        RuleFor(rollout => rollout).Custom((rollout, context) =>
        {
            if (rollout.Spec.Traffic.Router is { } router)
            {
                CheckSteps(rollout.Spec, rowOf(router), context);
                CheckRequests(rollout.Spec, context);
                CheckTraefik(rollout.Spec, context);
                CheckConsul(rollout.Spec, context);
                WarnOfConnections(rollout.Spec, context);
            }
        });
    }

    private static void CheckSteps(SpecSection spec, RouterAbilities row, ValidationContext<Rollout> context)
    {
        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            var (step, path) = (spec.Strategy.Steps[index], $"spec.strategy.steps[{index}]");
            if (step.Mirror && row.Mirror is not Support.Yes)
            {
                context.Problem($"{path}.mirror", Refusal(row, row.Mirror, "mirror requests"), BySmallWeight);
            }
            else if (step is { Mirror: true, Weight: > 0 })
            {
                context.Problem($"{path}.mirror", "beside a weight the canary would get its own requests once more", "write mirror into a step of its own with weight: 0, before this one");
            }

            if (step.Match is { Headers.Count: > 0 } && row.Headers is not Support.Yes)
            {
                context.Problem($"{path}.match.headers", Refusal(row, row.Headers, "pick requests by headers"), BySmallWeight);
            }

            if (step.Match is { Cookies.Count: > 0 } && row.Cookies is not Support.Yes)
            {
                context.Problem($"{path}.match.cookies", Refusal(row, row.Cookies, "pick requests by cookies"), row.Headers is Support.Yes ? ByHeader : BySmallWeight);
            }

            CheckMatch(step.Match ?? new(), row, path, context);

            // What is finer than any router can is said by the rules of all steps.
            if (step.Weight is { } weight && row.FinestPercent is { } finest && weight % finest != 0 && weight % 0.01m == 0)
            {
                context.Problem($"{path}.weight", $"{weight} is finer than {row.Router} divides ({row})", $"write a multiple of {finest}");
            }
        }
    }

    /// <summary>Where a router takes some matches only.</summary>
    private static void CheckMatch(MatchSection match, RouterAbilities row, string path, ValidationContext<Rollout> context)
    {
        foreach (var (field, list) in ((string, EquatableArray<NameValueSection>)[])[("headers", match.Headers), ("cookies", match.Cookies)])
        {
            if (row.MostOfEach is { } most && list.Count > most)
            {
                context.Problem($"{path}.match.{field}[{most}]", $"{row.Router} matches {most} of the {field} at most ({row})", "keep one of them");
            }

            for (var index = 0; row.MatchesPlainTextOnly && index < list.Count; index++)
            {
                // It would leave the match out without a word.
                CheckPlain(list[index].Name, $"{path}.match.{field}[{index}].name", row.Router, context);
                CheckPlain(list[index].Value, $"{path}.match.{field}[{index}].value", row.Router, context);
            }
        }

        for (var index = 0; index < match.Cookies.Count; index++)
        {
            if (row.OnlyCookieValue is { } only && match.Cookies[index].Value is { Length: > 0 } value && value != only)
            {
                context.Problem($"{path}.match.cookies[{index}].value", $"{row.Router} matches cookies by the value {only} alone ({row})", $"write {only}, or match by a header");
            }
        }
    }

    private static void CheckPlain(string? text, string path, RouterType router, ValidationContext<Rollout> context)
    {
        if (text is not null && text.AsSpan().ContainsAnyExcept(_plain))
        {
            context.Problem(path, $"{router} takes no such character here, and would leave the match out", "use letters, digits and - . _ ~ / : only");
        }
    }

    /// <summary>Connections have no headers, and nobody mirrors them.</summary>
    private static void CheckRequests(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec.Traffic is not { Router: RouterType.GatewayAPI, GatewayApi: { HttpRoutes.Count: 0, GrpcRoutes.Count: 0, TcpRoutes.Count: > 0 } })
        {
            return;
        }

        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            var (step, path) = (spec.Strategy.Steps[index], $"spec.strategy.steps[{index}]");
            foreach (var (field, isAsked) in ((string, bool)[])[("match", step.Match is not null), ("mirror", step.Mirror)])
            {
                if (isAsked)
                {
                    context.Problem($"{path}.{field}", "the rollout divides TCPRoutes only, and connections are neither matched nor mirrored", "leave it out, or name an HTTPRoute or GRPCRoute too");
                }
            }
        }
    }

    /// <summary>Traefik matches in IngressRoutes and mirrors in TraefikServices: a rollout that names none of the one cannot do the one, and an IngressRoute beside a mirror would go without it.</summary>
    private static void CheckTraefik(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec.Traffic is not { Router: RouterType.Traefik, Traefik: { } traefik })
        {
            return;
        }

        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            var (step, path) = (spec.Strategy.Steps[index], $"spec.strategy.steps[{index}]");
            if (step.Match is not null && traefik.IngressRoutes.Count == 0)
            {
                context.Problem($"{path}.match", "the rollout names no IngressRoute, and nothing else of Traefik asks for headers or cookies", "name the IngressRoute instead, with the Service in its routes, or leave the match out");
            }

            if (step.Mirror && (traefik.IngressRoutes.Count > 0 || traefik.TraefikServices.Count == 0))
            {
                context.Problem(
                    $"{path}.mirror",
                    $"the rollout names {(traefik.IngressRoutes.Count > 0 ? "IngressRoutes, which cannot mirror" : "no TraefikService")}: only a TraefikService with spec.mirroring mirrors",
                    "let the IngressRoute send to such a TraefikService, and that to one with spec.weighted, and name these two; or leave the mirror out");
            }
        }
    }

    /// <summary>On plain hosts the service-router is made where there is none; on Kubernetes it is the user's, and has to be there.</summary>
    private static void CheckConsul(SpecSection spec, ValidationContext<Rollout> context)
    {
        if (spec is not { Traffic: { Router: RouterType.Consul, Consul: { ServiceRouter: false } }, Workload.Kind: WorkloadType.Deployment })
        {
            return;
        }

        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            if (spec.Strategy.Steps[index].Match is not null)
            {
                context.Problem($"spec.strategy.steps[{index}].match", "on Kubernetes matched requests are picked by a ServiceRouter, and the rollout names none", "write serviceRouter: true into traffic.consul, and a ServiceRouter of the service with a route for all requests");
            }
        }
    }

    private static string Refusal(RouterAbilities row, Support support, string what) => support switch
    {
        Support.No => $"{row.Router} cannot {what} ({row})",
        Support.Later or Support.Yes => $"this version does not {what} with {row.Router} ({row})",
    };

    /// <summary>What counts requests says nothing of connections.</summary>
    private static void WarnOfConnections(SpecSection spec, ValidationContext<Rollout> context)
    {
        var kind = spec.Traffic switch
        {
            { Router: RouterType.GatewayAPI, GatewayApi.TcpRoutes.Count: > 0 } => "TCPRoute",
            { Router: RouterType.Traefik, Traefik.IngressRouteTcps.Count: > 0 } => "IngressRouteTCP",
            _ => null,
        };
        if (kind is null)
        {
            return;
        }

        for (var index = 0; index < spec.Analysis.Metrics.Count; index++)
        {
            if (spec.Analysis.Metrics[index].Builtin is not null)
            {
                context.Problem(
                    $"spec.analysis.metrics[{index}].builtin",
                    $"{kind}s divide connections, and built-in metrics count requests: what only goes through {(kind[0] == 'I' ? "an" : "a")} {kind} is not judged by them",
                    "give the metric a query: over something that is counted for these connections, like the application's own errors",
                    Severity.Warning);
            }
        }
    }
}
