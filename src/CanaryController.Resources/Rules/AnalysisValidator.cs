using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="AnalysisSection"/>.</summary>
internal sealed class AnalysisValidator : AbstractValidator<AnalysisSection>
{
    private const int MaxMetrics = 20;

    public AnalysisValidator()
    {
        RuleFor(analysis => analysis.FalseAlarmRate)
            .Must(percent => percent is > 0 and <= 20).Says(percent => $"{percent} is out of range", "write percent, above 0 and at most 20; 1 is usual");
        RuleFor(analysis => analysis.WarmUp).IsWithin(TimeSpan.Zero, TimeSpan.FromHours(1));
        RuleFor(analysis => analysis.HoldLimit).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(720));
        RuleFor(analysis => analysis.Metrics).Must(metrics => metrics.Count <= MaxMetrics).Says(metrics => $"{metrics.Count} metrics are too many", $"keep {MaxMetrics} at most");
        RuleForEach(analysis => analysis.Metrics).SetValidator(new MetricValidator());
    }
}
