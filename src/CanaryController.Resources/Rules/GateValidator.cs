using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="GateSection"/>.</summary>
internal sealed class GateValidator : AbstractValidator<GateSection>
{
    public const int MaxMetadata = 32;
    public const int MaxMetadataName = 63;
    public const int MaxMetadataValue = 1_024;

    public GateValidator()
    {
        RuleFor(gate => gate.Name).IsThere("write the gate's name").IsDnsLabel();
        RuleFor(gate => gate.When).NotNull().Says("the field is required", "write Before, During, BeforePromotion or Rollback").WithErrorCode(RuleText.Absence);
        RuleFor(gate => gate.Url!).IsThere("write where the gate is, like https://gates.example.com/smoke").IsOutgoingUrl().When(gate => gate.Url is not null);
        RuleFor(gate => gate.Channel!).IsThere("write the channel's name").IsDnsLabel().When(gate => gate.Channel is not null);
        RuleFor(gate => gate.Secret!).SetValidator(new SecretKeyValidator()).When(gate => gate.Secret is not null);
        RuleFor(gate => gate.Timeout).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        RuleFor(gate => gate.Interval).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        RuleFor(gate => gate.Deadline).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(720));
        RuleFor(gate => gate.Metadata).Must(pairs => pairs.Count <= MaxMetadata).Says(pairs => $"{pairs.Count} pairs are too many", $"keep {MaxMetadata} at most");
        RuleForEach(gate => gate.Metadata).ChildRules(pair =>
        {
            pair.RuleFor(each => each.Name).IsThere("write a name").Must(name => name.Length <= MaxMetadataName).Says("the name is too long", $"keep {MaxMetadataName} characters at most");
            pair.RuleFor(each => each.Value).Must(value => value.Length <= MaxMetadataValue).Says("the value is too long", $"keep {MaxMetadataValue} characters at most");
        });
        RuleFor(gate => gate).Custom((gate, context) => Repeats.Check([.. gate.Metadata.Select(each => each.Name)], "metadata", "the name", context));
        RuleFor(gate => gate).Custom((gate, context) => CheckPlace(gate, context));
        RuleFor(gate => gate).Custom((gate, context) => CheckRollback(gate, context));
    }

    private static void CheckPlace(GateSection gate, ValidationContext<GateSection> context)
    {
        switch (gate)
        {
            case { Url: null, Channel: null }:
                context.Problem("", "nothing says where the gate is", "write url: https://…, or channel: the name of a NotificationChannel with a webhook", isAbsence: true);
                break;
            case { Url: not null, Channel: not null }:
                context.Problem("channel", "the url says already where the gate is", "keep one of the two");
                break;
            case { Channel: not null, Secret: not null }:
                context.Problem("secret", "the channel has its own key", "leave it out");
                break;
            case { Channel: not null, Format: not null }:
                context.Problem("format", "the channel has its own format", "leave it out");
                break;
            default:
                break;
        }
    }

    private static void CheckRollback(GateSection gate, ValidationContext<GateSection> context)
    {
        if (gate is { When: GateMoment.Rollback, Deadline: not null })
        {
            context.Problem("deadline", "a gate that may demand the rollback is not waited for", "leave it out");
        }

        if (gate is { When: GateMoment.Rollback, OnRefusal: not null })
        {
            context.Problem("onRefusal", "of a gate that may demand the rollback a 2xx demands it, and nothing else does", "leave it out");
        }
    }
}
