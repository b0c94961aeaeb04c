using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules that windows and freezes share.</summary>
internal static class WindowRules
{
    /// <summary>The most windows of a rollout.</summary>
    public const int MaxWindows = 10;

    /// <summary>The most days of one window or freeze.</summary>
    public const int MaxDays = 100;

    /// <summary>The shortest and longest that a window or a freeze that returns may last.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromHours(168);

    /// <summary>The text, when it is there, is a cron expression of Quartz.</summary>
    public static IRuleBuilderOptions<T, string?> IsCron<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => string.IsNullOrEmpty(text) || CronText.Read(text).Problem is null)
            .Says(text => $"{text} {CronText.Read(text!).Problem}", "write second minute hour day-of-month month day-of-week, like 0 0 9 ? * MON-FRI for 09:00 on working days");

    /// <summary>The text, when it is there, is the name of an IANA time zone.</summary>
    public static IRuleBuilderOptions<T, string?> IsTimeZone<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => text is null || Zone.Find(text) is not null)
            .WithMessage((_, text) => $"there is no time zone {text}")
            .WithState((_, text) => text is not null && Zone.Guess(text) is { } guess ? $"write {guess}" : "write the name of an IANA time zone, like Europe/Berlin or UTC");

    /// <summary>Each text is a day, and none stands twice.</summary>
    public static void AreDays<T>(Core.EquatableArray<string> days, string list, ValidationContext<T> context)
    {
        if (days.Count > MaxDays)
        {
            context.Problem(list, $"{days.Count} days are too many", $"keep {MaxDays} at most");
        }

        for (var index = 0; index < days.Count; index++)
        {
            if (CalendarDays.Read(days[index]) is null)
            {
                context.Problem($"{list}[{index}]", $"{(days[index].Length == 0 ? "nothing" : days[index])} is not a day", "write 2026-12-24, or 12-24 for every year");
            }
        }

        Repeats.Check(days, list, "the day", context);
    }
}

/// <summary>The rules of <see cref="WindowSection"/>.</summary>
internal sealed class WindowValidator : AbstractValidator<WindowSection>
{
    public WindowValidator()
    {
        RuleFor(window => window.Cron).IsThere("write when it opens, like 0 0 9 ? * MON-FRI").IsCron();
        RuleFor(window => window.Duration)
            .NotNull().Says("the field is required", "write how long it stays open, like 8h").WithErrorCode(RuleText.Absence)
            .IsWithin(WindowRules.Shortest, WindowRules.Longest);
        RuleFor(window => window.TimeZone).IsTimeZone();
        RuleFor(window => window.Except).Custom((days, context) => WindowRules.AreDays(days, "except", context));
    }
}
