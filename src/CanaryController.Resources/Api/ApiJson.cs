using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Api;

/// <summary>
/// The wire format: camelCase members, enum values by name (written in PascalCase, read in any case), nulls left out.
/// A member that stands twice is refused: which of the two counts is read differently elsewhere. Source-generated: no reflection at run time.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(ActionNameConverter), typeof(DecisionNameConverter)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(RolloutView))]
[JsonSerializable(typeof(RolloutList))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(RolloutEvent))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(CommandResponse))]
[JsonSerializable(typeof(ApprovalWebhook))]
[JsonSerializable(typeof(ApprovalWebhookAnswer))]
[JsonSerializable(typeof(FreezeList))]
[JsonSerializable(typeof(FreezeView))]
[JsonSerializable(typeof(FreezeRequest))]
[JsonSerializable(typeof(GateView))]
[JsonSerializable(typeof(GateReport))]
[JsonSerializable(typeof(ApiProblem))]
public sealed partial class ApiJson : JsonSerializerContext;

/// <summary>An action is written by name. A number is refused: nobody can read from it what was asked for, and one that names no action could not be carried out.</summary>
internal sealed class ActionNameConverter() : JsonStringEnumConverter<RolloutAction>(namingPolicy: null, allowIntegerValues: false);

/// <summary>So is a decision.</summary>
internal sealed class DecisionNameConverter() : JsonStringEnumConverter<ApprovalDecision>(namingPolicy: null, allowIntegerValues: false);
