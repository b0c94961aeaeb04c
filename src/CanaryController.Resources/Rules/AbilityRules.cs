using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>Refuses steps that ask of their router what it cannot do, by its row of <see cref="RouterTable"/>.</summary>
internal static class AbilityRules
{
    private const string BySmallWeight = "leave it out; begin with a small weight instead";

    /// <summary>Adds the rule.</summary>
    public static void Add(AbstractValidator<Rollout> rules) => rules.RuleFor(rollout => rollout).Custom((rollout, context) =>
    {
        if (rollout.Spec.Traffic.Router is { } router)
        {
            Check(rollout.Spec, RouterTable.Of(router), context);
            WarnOfConnections(rollout.Spec, context);
        }
    });

    /// <summary>Checks each step.</summary>
    internal static void Check(SpecSection spec, RouterAbilities row, ValidationContext<Rollout> context)
    {
        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            var (step, path) = (spec.Strategy.Steps[index], $"spec.strategy.steps[{index}]");
            if (step.Mirror && row.Mirror is not Support.Yes)
            {
                context.Problem($"{path}.mirror", Refusal(row, row.Mirror, "mirror requests"), BySmallWeight);
            }

            if (step.Match is not null && row.Match is not Support.Yes)
            {
                context.Problem($"{path}.match", Refusal(row, row.Match, "pick requests by headers and cookies"), BySmallWeight);
            }

            if (step.Weight is { } weight && row.FinestPercent is { } finest && weight % finest != 0 && weight % 0.01m == 0)
            {
                context.Problem($"{path}.weight", $"{weight} is finer than {row.Router} divides ({row})", $"write a multiple of {finest}");
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
        if (spec.Traffic is not { Router: RouterType.GatewayAPI, GatewayApi.TcpRoutes.Count: > 0 })
        {
            return;
        }

        for (var index = 0; index < spec.Analysis.Metrics.Count; index++)
        {
            if (spec.Analysis.Metrics[index].Builtin is not null)
            {
                context.Problem(
                    $"spec.analysis.metrics[{index}].builtin",
                    "TCPRoutes divide connections, and built-in metrics count requests: what only goes through a TCPRoute is not judged by them",
                    "give the metric a query: over something that is counted for these connections, like the application's own errors",
                    Severity.Warning);
            }
        }
    }
}
