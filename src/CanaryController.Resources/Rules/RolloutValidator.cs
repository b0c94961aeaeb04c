using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of the resource, the same ones for the reader, the controller and the CLI.</summary>
public sealed class RolloutValidator : AbstractValidator<Rollout>
{
    /// <summary>Makes the rules.</summary>
    public RolloutValidator()
    {
        RuleFor(rollout => rollout.ApiVersion)
            .IsThere($"write {Rollout.ApiVersionText}")
            .Must(text => text is "" or Rollout.ApiVersionText)
            .Says(text => $"{text} is not an API version that is read here", $"write {Rollout.ApiVersionText}");
        RuleFor(rollout => rollout.Kind)
            .IsThere($"write {Rollout.KindText}")
            .Must(text => text is "" or Rollout.KindText)
            .Says(text => $"{text} is not a kind that is read here", $"write {Rollout.KindText}");
        RuleFor(rollout => rollout.Metadata).SetValidator(new MetadataValidator());
        RuleFor(rollout => rollout.Spec).SetValidator(new SpecValidator());
    }
}

/// <summary>The rules of <see cref="RolloutMetadata"/>.</summary>
internal sealed class MetadataValidator : AbstractValidator<RolloutMetadata>
{
    private const int MaxPairs = 64;

    public MetadataValidator()
    {
        RuleFor(metadata => metadata.Name).IsThere("name the rollout").IsDnsLabel();
        RuleFor(metadata => metadata.Namespace).IsDnsLabel().NotEmpty().Says("the namespace is empty", "write a name, or leave the field out for default");
        RuleFor(metadata => metadata.Labels).Must(labels => labels.Count <= MaxPairs).Says(labels => $"{labels.Count} labels are too many", $"keep {MaxPairs} at most");
        RuleFor(metadata => metadata.Annotations).Must(pairs => pairs.Count <= MaxPairs).Says(pairs => $"{pairs.Count} annotations are too many", $"keep {MaxPairs} at most");
    }
}

/// <summary>The rules of <see cref="SpecSection"/>.</summary>
internal sealed class SpecValidator : AbstractValidator<SpecSection>
{
    /// <summary>The most channels that a rollout, or an approval, names.</summary>
    public const int MaxChannels = 16;

    public SpecValidator()
    {
        RuleFor(spec => spec.Workload).SetValidator(new WorkloadValidator());
        RuleFor(spec => spec.Service!).SetValidator(new ServiceValidator()).When(spec => spec.Service is not null);
        RuleFor(spec => spec.Traffic).SetValidator(new TrafficValidator());
        RuleFor(spec => spec.Strategy).SetValidator(new StrategyValidator());
        RuleFor(spec => spec.Analysis).SetValidator(new AnalysisValidator());
        RuleFor(spec => spec.Notifications.Channels)
            .Must(channels => channels.Count <= MaxChannels).Says(channels => $"{channels.Count} channels are too many", $"keep {MaxChannels} at most");
        RuleForEach(spec => spec.Notifications.Channels).IsThere("write the channel's name").IsDnsLabel();
        RuleFor(spec => spec).Custom((spec, context) => Repeats.Check(spec.Notifications.Channels, "notifications.channels", "the channel", context));
        RuleFor(spec => spec).Custom((spec, context) => SpecRules.Check(spec, context));
    }
}
