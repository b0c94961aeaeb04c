using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="RolloutCommandMetadata"/>, for every kind that asks for something once.</summary>
internal sealed class CommandMetadataValidator : AbstractValidator<RolloutCommandMetadata>
{
    private const int MaxPairs = 64;
    private const int MaxGeneratedFrom = 248;

    /// <summary>Makes the rules.</summary>
    /// <param name="what">What the object is called.</param>
    /// <param name="example">What a generated name may begin with.</param>
    public CommandMetadataValidator(string what, string example)
    {
        RuleFor(metadata => metadata.Name).IsThere($"name the {what}, or write generateName: NAME-").When(metadata => metadata.GenerateName is null, ApplyConditionTo.CurrentValidator).IsDnsSubdomain();
        RuleFor(metadata => metadata.GenerateName)
            .Must(text => text is null || (text.Length is > 0 and <= MaxGeneratedFrom && Names.IsDnsSubdomain(text.TrimEnd('-') + "-0")))
            .Says(text => $"{text} cannot begin a name", $"use a-z, 0-9, - and ., like {example}");
        RuleFor(metadata => metadata.Namespace).IsDnsLabel().NotEmpty().Says("the namespace is empty", "write a name, or leave the field out for default");
        RuleFor(metadata => metadata.Labels).Must(pairs => pairs.Count <= MaxPairs).Says(pairs => $"{pairs.Count} labels are too many", $"keep {MaxPairs} at most");
        RuleFor(metadata => metadata.Annotations).Must(pairs => pairs.Count <= MaxPairs).Says(pairs => $"{pairs.Count} annotations are too many", $"keep {MaxPairs} at most");
    }
}
