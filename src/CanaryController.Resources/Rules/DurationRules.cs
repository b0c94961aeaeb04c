using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rule that durations share.</summary>
internal static class DurationRules
{
    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both allowed; nothing is allowed too.</summary>
    public static IRuleBuilderOptions<T, TimeSpan?> IsWithin<T>(this IRuleBuilder<T, TimeSpan?> rule, TimeSpan least, TimeSpan most) =>
        rule.Must(value => value is null || (value >= least && value <= most))
            .Says(value => Message(value ?? default, least, most), Fix(least, most));

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both allowed.</summary>
    public static IRuleBuilderOptions<T, TimeSpan> IsWithin<T>(this IRuleBuilder<T, TimeSpan> rule, TimeSpan least, TimeSpan most) =>
        rule.Must(value => value >= least && value <= most)
            .Says(value => Message(value, least, most), Fix(least, most));

    private static string Message(TimeSpan value, TimeSpan least, TimeSpan most) =>
        $"{DurationText.Format(value)} is {(value < least ? "too short" : "too long")}; {DurationText.Format(value < least ? least : most)} {(value < least ? "at least" : "at most")}";

    private static string Fix(TimeSpan least, TimeSpan most) => $"write {DurationText.Format(least)} to {DurationText.Format(most)}";
}
