using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="TemplateSection"/>, as far as they do not depend on the template.</summary>
internal sealed class TemplateValidator : AbstractValidator<TemplateSection>
{
    public TemplateValidator()
    {
        RuleFor(template => template.Name).IsThere("write the template's name").IsDnsLabel();
        RuleFor(template => template.Args)
            .Must(args => args.Count <= TemplateArguments.MaxArguments).Says(args => $"{args.Count} arguments are too many", $"keep {TemplateArguments.MaxArguments} at most");
        RuleForEach(template => template.Args).ChildRules(arg =>
        {
            arg.RuleFor(each => each.Name).IsThere("write the argument's name, as the template has it");
            arg.RuleFor(each => each.Value)
                .Must(value => TemplateArguments.Problem(TemplateParameterType.String, value) is null)
                .Says(value => $"the value {TemplateArguments.Problem(TemplateParameterType.String, value)}", "write a short text without control characters");
        });
        RuleFor(template => template).Custom((template, context) => Repeats.Check([.. template.Args.Select(arg => arg.Name)], "args", "the argument", context));
    }
}

/// <summary>The rules of <see cref="MetricTemplate"/>.</summary>
public sealed class MetricTemplateValidator : AbstractValidator<MetricTemplate>
{
    private const int MaxDescription = 500;

    /// <summary>Makes the rules.</summary>
    public MetricTemplateValidator()
    {
        RuleFor(template => template.ApiVersion).Equal(Rollout.ApiVersionText).Says(text => $"{text} is not an apiVersion of this kind", $"write {Rollout.ApiVersionText}");
        RuleFor(template => template.Metadata.Name).IsThere("name the template").IsDnsLabel();
        RuleFor(template => template.Spec.Description).Must(IsShort).Says("the description is too long", $"keep {MaxDescription} characters at most");
        RuleFor(template => template.Spec.Query)
            .IsThere("write a PromQL query that gives one number")
            .Must(query => query.Length <= QueryText.MaxCharacters).Says(query => $"the query has {query.Length} characters", $"keep {QueryText.MaxCharacters} at most");
        RuleFor(template => template.Spec).Custom((spec, context) => QueryText.Check(spec.Query, context, [.. spec.Args.Select(arg => TemplateArguments.Prefix + arg.Name)], "spec.query"));
        RuleFor(template => template.Spec.Args)
            .Must(args => args.Count <= TemplateArguments.MaxArguments).Says(args => $"{args.Count} arguments are too many", $"keep {TemplateArguments.MaxArguments} at most");
        RuleForEach(template => template.Spec.Args).ChildRules(arg =>
        {
            arg.RuleFor(each => each.Name)
                .IsThere("name the argument")
                .Must(name => name.Length == 0 || TemplateArguments.IsName(name)).Says(name => $"{name} is not an argument's name", "use a letter, then letters, digits and _, at most 63");
            arg.RuleFor(each => each.Description).Must(IsShort).Says("the description is too long", $"keep {MaxDescription} characters at most");
            arg.RuleFor(each => each).Custom((each, context) =>
            {
                if (each.Default is { } value && TemplateArguments.Problem(each.Type, value) is { } wrong)
                {
                    context.Problem("default", $"the default {wrong}", $"write a value of type {each.Type}, or leave it out");
                }
            });
        });
        RuleFor(template => template).Custom((template, context) => Repeats.Check([.. template.Spec.Args.Select(arg => arg.Name)], "spec.args", "the argument", context));
        RuleFor(template => template).Custom((template, context) => CheckPlaces(template.Spec, context));
    }

    private static bool IsShort(string? text) => text is null or { Length: <= MaxDescription };

    /// <summary>Where an argument stands in the query is tried with values that show it.</summary>
    private static void CheckPlaces(MetricTemplateSpec spec, ValidationContext<MetricTemplate> context)
    {
        var (_, problem) = Mapping.QueryTemplate.Render(
            spec.Query,
            name => spec.Args.FirstOrDefault(arg => TemplateArguments.Prefix + arg.Name == name) is { Type: TemplateParameterType.String } ? new("text", MayStandBare: false) : new("x", MayStandBare: true),
            "");
        if (problem is not null && problem.Contains("outside quotes", StringComparison.Ordinal))
        {
            context.Problem("spec.query", "an argument of type String stands outside quotes, or between back quotes", "put it between double quotes, or give it the type Number, Duration or Identifier");
        }
    }
}
