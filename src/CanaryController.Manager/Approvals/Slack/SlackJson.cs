using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>JSON of what is sent to Slack and kept about it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(SlackButton))]
[JsonSerializable(typeof(Dictionary<string, SlackMessage>))]
internal sealed partial class SlackJson : JsonSerializerContext;
