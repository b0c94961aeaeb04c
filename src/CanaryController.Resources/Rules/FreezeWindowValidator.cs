using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="FreezeWindow"/>.</summary>
public sealed class FreezeWindowValidator : AbstractValidator<FreezeWindow>
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReasonCharacters = 500;

    private const string Forms = "write start and end, or cron and duration, or dates";

    /// <summary>Makes the rules.</summary>
    public FreezeWindowValidator()
    {
        RuleFor(window => window.ApiVersion).Equal(Rollout.ApiVersionText).Says(text => $"{text} is not an apiVersion of this kind", $"write {Rollout.ApiVersionText}");
        RuleFor(window => window.Metadata.Name).IsThere("name the freeze").IsDnsLabel();
        RuleFor(window => window.Metadata.Namespace).IsDnsLabel().NotEmpty().Says("the namespace is empty", "write a name, or leave the field out for default");
        RuleFor(window => window.Spec).SetValidator(new FreezeSpecValidator());
    }

    private sealed class FreezeSpecValidator : AbstractValidator<FreezeWindowSpec>
    {
        public FreezeSpecValidator()
        {
            RuleFor(spec => spec.Reason)
                .IsThere("say why, for those who wait: reason: no changes over Christmas")
                .Must(text => text.Length <= MaxReasonCharacters).Says(text => $"the reason has {text.Length} characters", $"keep {MaxReasonCharacters} at most");
            RuleFor(spec => spec.Selector).SetValidator(new FreezeSelectorValidator());
            RuleFor(spec => spec.Cron).IsCron();
            RuleFor(spec => spec.Duration).IsWithin(WindowRules.Shortest, WindowRules.Longest);
            RuleFor(spec => spec.TimeZone).IsTimeZone();
            RuleFor(spec => spec.Dates).Custom((days, context) => WindowRules.AreDays(days, "dates", context));
            RuleFor(spec => spec).Custom((spec, context) => CheckForm(spec, context));
        }

        private static void CheckForm(FreezeWindowSpec spec, ValidationContext<FreezeWindowSpec> context)
        {
            var (moments, hours, days) = (spec.Start is not null || spec.End is not null, spec.Cron is not null || spec.Duration is not null, !spec.Dates.IsEmpty);
            switch ((moments ? 1 : 0) + (hours ? 1 : 0) + (days ? 1 : 0))
            {
                case 0:
                    context.Problem("start", "it is not said when the freeze lasts", Forms, isAbsence: true);
                    break;
                case > 1:
                    context.Problem(days ? "dates" : "cron", "a freeze has one form, and this one has several", $"{Forms}; make a freeze of each");
                    break;
            }

            if (spec.Start >= spec.End)
            {
                context.Problem("end", "the freeze ends before it begins", "write a moment after start");
            }

            if (spec is { Cron: not null, Duration: null } or { Cron: null, Duration: not null })
            {
                context.Problem(spec.Cron is null ? "cron" : "duration", "cron and duration go together", "write both", isAbsence: true);
            }

            if (moments && spec.TimeZone is not null && !hours && !days)
            {
                context.Problem("timeZone", "moments say their offset from UTC themselves, and need no zone", "leave it out");
            }
        }
    }

    private sealed class FreezeSelectorValidator : AbstractValidator<FreezeSelectorSection>
    {
        private const int MaxNames = 100;
        private const int MaxLabels = 16;

        public FreezeSelectorValidator()
        {
            RuleFor(selector => selector.Names).Must(names => names.Count <= MaxNames).Says(names => $"{names.Count} names are too many", $"keep {MaxNames} at most");
            RuleForEach(selector => selector.Names).IsThere("write the rollout's name").IsDnsLabel();
            RuleFor(selector => selector.Names).Custom((names, context) => Repeats.Check(names, "names", "the name", context));
            RuleFor(selector => selector.MatchLabels).Must(labels => labels.Count <= MaxLabels).Says(labels => $"{labels.Count} labels are too many", $"keep {MaxLabels} at most");
        }
    }
}
