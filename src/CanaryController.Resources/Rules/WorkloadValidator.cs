using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of <see cref="WorkloadSection"/>.</summary>
internal sealed class WorkloadValidator : AbstractValidator<WorkloadSection>
{
    public WorkloadValidator()
    {
        RuleFor(workload => workload.Kind)
            .NotNull().Says("the field is required", "write External (somebody else runs the versions) or Deployment").WithErrorCode(RuleText.Absence);
        RuleFor(workload => workload.ProgressDeadline).IsWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        When(workload => workload.Kind is WorkloadType.External, () =>
        {
            RuleFor(workload => workload.Versions)
                .NotNull().Says("an External workload needs its versions", "write versions: {stable: v1, canary: v2}").WithErrorCode(RuleText.Absence);
            RuleFor(workload => workload.Name)
                .Null().Says("an External workload has no name of its own", "leave it out: versions says what there is");
        });
        When(workload => workload.Kind is WorkloadType.Deployment, () =>
        {
            RuleFor(workload => workload.Name ?? "").IsThere("write the Deployment's name").OverridePropertyName("Name");
            RuleFor(workload => workload.Versions)
                .Null().Says("a Deployment's versions are its ReplicaSets", "leave it out, or write kind: External");
        });
        RuleFor(workload => workload.Name).IsDnsLabel();
        RuleFor(workload => workload.Versions!).SetValidator(new VersionsValidator()).When(workload => workload.Versions is not null);
    }
}

/// <summary>The rules of <see cref="VersionsSection"/>.</summary>
internal sealed class VersionsValidator : AbstractValidator<VersionsSection>
{
    public VersionsValidator()
    {
        RuleFor(versions => versions.Stable)
            .IsThere("write the version that has the traffic now")
            .Must(text => text.Length == 0 || Names.IsVersion(text)).Says(text => $"{text} is not a version's name", Names.VersionForm);
        RuleFor(versions => versions.Canary)
            .Must(text => text is null || Names.IsVersion(text)).Says(text => $"{(text is "" ? "nothing" : text)} is not a version's name", Names.VersionForm);
    }
}

/// <summary>The rules of <see cref="ServiceSection"/>.</summary>
internal sealed class ServiceValidator : AbstractValidator<ServiceSection>
{
    public ServiceValidator()
    {
        RuleFor(service => service.Name).IsThere("write the service's name").IsDnsLabel();
        RuleFor(service => service.Port).Must(port => port is null or (>= 1 and <= 65_535)).Says(port => $"{port} is not a port", "write 1 to 65535");
    }
}
