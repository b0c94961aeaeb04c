using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="MetricSection"/>.</summary>
internal sealed class MetricValidator : AbstractValidator<MetricSection>
{
    public MetricValidator()
    {
        RuleFor(metric => metric.Name).IsThere("name the metric").IsDnsLabel();
        RuleFor(metric => metric).Custom((metric, context) => CheckKind(metric, context));
        RuleFor(metric => metric.Quantile)
            .Must(quantile => quantile is null or (> 0 and < 1)).Says(Quantile, "write a ratio above 0 and below 1, like 0.99")
            .Null().When(metric => metric.Measured is MetricKind.RequestSuccessRate or MetricKind.Query, ApplyConditionTo.CurrentValidator)
            .Says("only RequestDuration has a quantile", "leave it out");
        RuleFor(metric => metric.Query)
            .Must(query => query is null || query.Trim().Length > 0).Says("the query is empty", "write a PromQL query that gives one number")
            .Must(query => query is null or { Length: <= QueryText.MaxCharacters }).Says(query => $"the query has {query!.Length} characters", $"keep {QueryText.MaxCharacters} at most");
        RuleFor(metric => metric.Query).Custom((query, context) => QueryText.Check(query, context));
        RuleFor(metric => metric.Interval).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        RuleFor(metric => metric.FailureLimit).Must(limit => limit is null or (>= 0 and <= 1_000)).Says(limit => $"{limit} is out of range", "write 0 to 1000");
        RuleFor(metric => metric.Template!).SetValidator(new TemplateValidator()).When(metric => metric.Template is not null);
        RuleFor(metric => metric.Compare!).SetValidator(new CompareValidator()).When(metric => metric.Compare is not null);
        RuleFor(metric => metric).Custom((metric, context) => ThresholdRules.Check(metric, context));
    }

    private static string Quantile(double? quantile) => quantile is > 1 and < 100 ? $"{quantile} is not a quantile; p{quantile} is {(decimal)quantile / 100}" : $"{quantile} is not a quantile";

    private static void CheckKind(MetricSection metric, ValidationContext<MetricSection> context)
    {
        switch (metric.Measured)
        {
            case MetricKind.Query when metric.Compare is not null:
                context.Problem("compare", "an own query is a value, not a count: it is not compared with stable", "leave it out; compare inside the query, or write a threshold");
                break;
            case MetricKind.RequestSuccessRate or MetricKind.RequestDuration:
                CheckOnlyForQueries(metric, context);
                break;
            case null when metric is { Query: not null, Template: not null }:
                context.Problem("template", "a metric has a query of its own or one of a template, not both", "leave one of query and template out");
                break;
            case null when metric is { Builtin: not null }:
                context.Problem(metric.Query is null ? "template" : "query", "a metric is built in or has a query, not both", $"leave one of builtin and {(metric.Query is null ? "template" : "query")} out");
                break;
            case null:
                context.Problem("builtin", "a metric is built in or has a query", "write builtin: RequestSuccessRate, builtin: RequestDuration, query: 'PromQL', or template: {name: NAME}", isAbsence: true);
                break;
            default:
                break;
        }
    }

    private static void CheckOnlyForQueries(MetricSection metric, ValidationContext<MetricSection> context)
    {
        if (metric.Interval is not null)
        {
            context.Problem("interval", "a built-in metric is judged with each scrape", "leave it out");
        }

        if (metric.FailureLimit is not null)
        {
            context.Problem("failureLimit", "a built-in metric is judged by its evidence, not by counting failures", "leave it out; falseAlarmRate says how sure to be");
        }
    }
}

/// <summary>The rules of <see cref="CompareSection"/>.</summary>
internal sealed class CompareValidator : AbstractValidator<CompareSection>
{
    public CompareValidator()
    {
        RuleFor(compare => compare.To).NotNull().Says("the field is required", "write Stable").WithErrorCode(RuleText.Absence);
        RuleFor(compare => compare.Tolerate)
            .Must(ratio => ratio is >= 1 and <= 100)
            .Says(ratio => ratio < 1 ? $"{ratio} would ask the canary to be better than stable" : $"{ratio} is out of range", "write the tolerated ratio of error (or slow) rates, 1 to 100; 1.2 is usual");
    }
}
