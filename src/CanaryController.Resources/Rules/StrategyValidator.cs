using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="StrategySection"/>.</summary>
internal sealed class StrategyValidator : AbstractValidator<StrategySection>
{
    private const int MaxSteps = 50;

    public StrategyValidator()
    {
        RuleFor(strategy => strategy.Steps)
            .Must(steps => steps.Count > 0).Says("a rollout needs at least one step", "write steps: [{weight: 5, hold: 5m}, …]").WithErrorCode(RuleText.Absence)
            .Must(steps => steps.Count <= MaxSteps).Says(steps => $"{steps.Count} steps are too many", $"keep {MaxSteps} at most");
        RuleForEach(strategy => strategy.Steps).SetValidator(new StepValidator());
        RuleFor(strategy => strategy.Windows)
            .Must(windows => windows.Count <= WindowRules.MaxWindows).Says(windows => $"{windows.Count} windows are too many", $"keep {WindowRules.MaxWindows} at most");
        RuleForEach(strategy => strategy.Windows).SetValidator(new WindowValidator());
        RuleFor(strategy => strategy).Custom((strategy, context) => CheckWeights(strategy, context));
        RuleFor(strategy => strategy).Custom((strategy, context) => CheckGates(strategy, context));
        RuleFor(strategy => strategy.RollbackWindow.Revisions)
            .Must(revisions => revisions is >= 0 and <= 10).Says(revisions => $"{revisions} is out of range", "write 0 (never) to 10");
        RuleFor(strategy => strategy.DrainDelay).IsWithin(TimeSpan.Zero, TimeSpan.FromHours(1));
    }

    /// <summary>What comes before the promotion comes after the last step.</summary>
    private static void CheckGates(StrategySection strategy, ValidationContext<StrategySection> context)
    {
        for (var step = 0; step < strategy.Steps.Count - 1; step++)
        {
            for (var gate = 0; gate < strategy.Steps[step].Gates.Count; gate++)
            {
                if (strategy.Steps[step].Gates[gate].When is GateMoment.BeforePromotion)
                {
                    context.Problem($"steps[{step}].gates[{gate}].when", "only the last step is left for the promotion", "move the gate to the last step, or write when: During");
                }
            }
        }
    }

    /// <summary>Weights never fall, and are percent.</summary>
    private static void CheckWeights(StrategySection strategy, ValidationContext<StrategySection> context)
    {
        decimal? before = null;
        decimal highest = 0;
        for (var index = 0; index < strategy.Steps.Count; index++)
        {
            if (strategy.Steps[index].Weight is not { } weight || weight is < 0 or > 100)
            {
                continue;
            }

            if (weight < before)
            {
                context.Problem($"steps[{index}].weight", $"{weight} is lower than the step before ({before}); weights never fall", $"write {before} or more, or remove the step");
            }

            before = weight;
            highest = Math.Max(highest, weight);
        }

        if (highest is > 0 and <= 1 && strategy.Steps.Count > 1)
        {
            context.Problem(
                $"steps[{strategy.Steps.Count - 1}].weight",
                $"no step has more than {highest} % of the traffic, and then the canary gets all of it",
                $"if {highest} is meant as a ratio, write {highest * 100:0.##}: weights are percent",
                Severity.Warning);
        }
    }
}

/// <summary>The rules of <see cref="StepSection"/>.</summary>
internal sealed class StepValidator : AbstractValidator<StepSection>
{
    private const int MaxMetrics = 20;
    private const int MaxGates = 10;
    private const long MaxRequests = 1_000_000_000;

    public StepValidator()
    {
        RuleFor(step => step.Weight)
            .NotNull().Says("the field is required", "write the canary's share of the traffic in percent, 0 to 100").WithErrorCode(RuleText.Absence);
        RuleFor(step => step.Weight!.Value)
            .Must(weight => weight is >= 0 and <= 100).Says(weight => $"{weight} is out of range", "write percent, 0 to 100")
            .Must(weight => weight is < 0 or > 100 || CanaryWeight.TryFromPercent(weight) is not null).Says(weight => $"{weight} is finer than 0.01", "write a multiple of 0.01")
            .When(step => step.Weight is not null).OverridePropertyName("Weight");
        RuleFor(step => step.Hold).IsWithin(TimeSpan.Zero, TimeSpan.FromHours(720));
        RuleFor(step => step.MinRequests)
            .Must(requests => requests is >= 0 and <= MaxRequests).Says(requests => $"{requests} is out of range", $"write 0 to {MaxRequests}");
        RuleFor(step => step.Replicas)
            .Must(size => size is null || (size.Count is null or (>= 1 and <= 10_000) && size.Percent is null or (>= 1 and <= 100)))
            .Says(size => $"{size} is out of range", "write 1 to 10000 pods, or 1% to 100%");
        RuleFor(step => step.Approval!).SetValidator(new ApprovalValidator()).When(step => step.Approval is not null);
        RuleFor(step => step.Gates).Must(gates => gates.Count <= MaxGates).Says(gates => $"{gates.Count} gates are too many", $"keep {MaxGates} at most");
        RuleForEach(step => step.Gates).SetValidator(new GateValidator());
        RuleFor(step => step).Custom((step, context) => Repeats.Check([.. step.Gates.Select(gate => gate.Name)], "gates", "the gate", context));
        RuleFor(step => step.Match!).SetValidator(new MatchValidator()).When(step => step.Match is not null);
        RuleFor(step => step.Metrics).Must(metrics => metrics.Count <= MaxMetrics).Says(metrics => $"{metrics.Count} metrics are too many", $"keep {MaxMetrics} at most");
        RuleForEach(step => step.Metrics).SetValidator(new MetricValidator());
        RuleFor(step => step).Custom((step, context) => CheckNothingAtZero(step, context));
    }

    private static void CheckNothingAtZero(StepSection step, ValidationContext<StepSection> context)
    {
        if (step is { Weight: 0, MinRequests: > 0, Mirror: false, Match: null or { Headers.Count: 0, Cookies.Count: 0 } })
        {
            context.Problem("minRequests", "the step waits for requests that never come: its weight is 0, nothing matches and nothing is mirrored", "leave it out, raise the weight, or write a match or mirror: true");
        }
    }
}

/// <summary>The rules of <see cref="MatchSection"/>.</summary>
internal sealed class MatchValidator : AbstractValidator<MatchSection>
{
    private const int MaxMatches = 16;

    public MatchValidator()
    {
        RuleFor(match => match)
            .Must(match => match.Headers.Count + match.Cookies.Count > 0).Says("a match needs a header or a cookie", "write headers: [{name: x-canary, value: always}], or leave match out")
            .WithErrorCode(RuleText.Absence).OverridePropertyName("");
        RuleFor(match => match.Headers).Must(list => list.Count <= MaxMatches).Says(list => $"{list.Count} headers are too many", $"keep {MaxMatches} at most");
        RuleFor(match => match.Cookies).Must(list => list.Count <= MaxMatches).Says(list => $"{list.Count} cookies are too many", $"keep {MaxMatches} at most");
        RuleForEach(match => match.Headers).ChildRules(pair =>
        {
            pair.RuleFor(header => header.Name).IsThere("write the header's name")
                .Must(text => text.Length == 0 || Names.IsHttpToken(text)).Says(text => $"{text} is not a header's name", "use letters, digits and -");
            pair.RuleFor(header => header.Value).IsThere("write the exact value")
                .Must(text => text.Length == 0 || Names.IsHeaderValue(text)).Says("the value cannot stand in a header", "use at most 256 visible ASCII characters, no space at the ends");
        });
        RuleForEach(match => match.Cookies).ChildRules(pair =>
        {
            pair.RuleFor(cookie => cookie.Name).IsThere("write the cookie's name")
                .Must(text => text.Length == 0 || Names.IsHttpToken(text)).Says(text => $"{text} is not a cookie's name", "use letters, digits, - and _");
            pair.RuleFor(cookie => cookie.Value).IsThere("write the exact value")
                .Must(text => text.Length == 0 || Names.IsCookieValue(text)).Says("the value cannot stand in a cookie", "use at most 256 visible ASCII characters, no space, comma, semicolon, quote or backslash");
        });
    }
}
