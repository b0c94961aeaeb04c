using System.Text.Json.Serialization;
using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Resources.Persistence;

/// <summary>
/// How Core's records are stored: camelCase members, enum values by name, weights in basis points, nulls left out. What was written reads back equal.
/// Members that a newer version added are skipped, so that going back one version does not lose a rollout.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    Converters =
    [
        typeof(CanaryWeightConverter),
        typeof(EquatableArrayConverter<string>),
        typeof(EquatableArrayConverter<RolloutStep>),
        typeof(EquatableArrayConverter<RequestMatch>),
        typeof(EquatableArrayConverter<GateSpec>),
        typeof(EquatableArrayConverter<GateMetadata>),
        typeof(EquatableArrayConverter<MetricSpec>),
        typeof(EquatableArrayConverter<TemplateArgument>),
        typeof(EquatableArrayConverter<ApprovalRecord>),
        typeof(EquatableArrayConverter<PendingGate>),
        typeof(EquatableArrayConverter<ApproverPerson>),
        typeof(EquatableArrayConverter<RevisionRecord>),
    ])]
[JsonSerializable(typeof(RolloutState))]
[JsonSerializable(typeof(RolloutSpec))]
[JsonSerializable(typeof(Transition))]
[JsonSerializable(typeof(CommandResult))]
[JsonSerializable(typeof(ApproverIdentity))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(RolloutStep[]))]
[JsonSerializable(typeof(RequestMatch[]))]
[JsonSerializable(typeof(GateSpec[]))]
[JsonSerializable(typeof(GateMetadata[]))]
[JsonSerializable(typeof(MetricSpec[]))]
[JsonSerializable(typeof(TemplateArgument[]))]
[JsonSerializable(typeof(ApprovalRecord[]))]
[JsonSerializable(typeof(PendingGate[]))]
[JsonSerializable(typeof(ApproverPerson[]))]
[JsonSerializable(typeof(RevisionRecord[]))]
public sealed partial class CoreJson : JsonSerializerContext;
