using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Persistence;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// The JSON of what the controller writes into the API server: camelCase members, enum values by name, nulls left out; Core's records as <see cref="CoreJson"/> writes them. What
/// was written reads back equal; members that a newer version added are skipped, so that going back one version does not lose a rollout.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    Converters =
    [
        typeof(SharedTextConverter),
        typeof(CanaryWeightConverter),
        typeof(PairsConverter),
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
        typeof(EquatableArrayConverter<Transition>),
        typeof(EquatableArrayConverter<RolloutCondition>),
        typeof(EquatableArrayConverter<MetricStatus>),
        typeof(EquatableArrayConverter<CommandRecord>),
        typeof(EquatableArrayConverter<RevisionImages>),
    ])]
[JsonSerializable(typeof(RolloutStatus))]
[JsonSerializable(typeof(RolloutCommandResource))]
[JsonSerializable(typeof(RolloutCommandStatus))]
[JsonSerializable(typeof(ApprovalResource))]
[JsonSerializable(typeof(string))]
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
[JsonSerializable(typeof(Transition[]))]
[JsonSerializable(typeof(RolloutCondition[]))]
[JsonSerializable(typeof(MetricStatus[]))]
[JsonSerializable(typeof(CommandRecord[]))]
[JsonSerializable(typeof(RevisionImages[]))]
public sealed partial class RolloutStatusJson : JsonSerializerContext
{
    /// <summary>A status as the value of <c>status</c>.</summary>
    public static string Write(RolloutStatus status) => JsonSerializer.Serialize(status, Default.RolloutStatus);

    /// <summary>A status as it was written.</summary>
    /// <exception cref="JsonException">It is no status of this or a near version.</exception>
    public static RolloutStatus Read(string json) => JsonSerializer.Deserialize(json, Default.RolloutStatus) ?? throw new JsonException("A status is expected, not null.");

    /// <summary>A status as it was written.</summary>
    /// <exception cref="JsonException">It is no status of this or a near version.</exception>
    public static RolloutStatus Read(JsonElement json) => json.Deserialize(Default.RolloutStatus) ?? throw new JsonException("A status is expected, not null.");

    /// <summary>A whole command, to be created.</summary>
    public static string Write(RolloutCommandResource command) => JsonSerializer.Serialize(command, Default.RolloutCommandResource);

    /// <summary>A whole approval, to be created.</summary>
    public static string Write(ApprovalResource approval) => JsonSerializer.Serialize(approval, Default.ApprovalResource);
}
