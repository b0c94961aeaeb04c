using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>What <c>GET /admin/v1/routes</c> answers (docs/gateway-admin-api.md).</summary>
internal sealed record GatewayRouteList(IReadOnlyList<GatewayRoute> Routes);

/// <summary>A route as the gateway carries it out.</summary>
internal sealed record GatewayRoute(string Name, long Generation, GatewaySplit Split, IReadOnlyList<GatewayVersion> Versions);

/// <summary>A split in the gateway's words: basis points by version, and the matches that come before them.</summary>
internal sealed record GatewaySplit(IReadOnlyDictionary<string, int> Weights, IReadOnlyList<GatewayMatch>? Matches = null);

/// <summary>Sends requests with a header or cookie to a version. <paramref name="Kind"/> is <c>Header</c> or <c>Cookie</c>.</summary>
internal sealed record GatewayMatch(string Kind, string Name, string Value, string Version);

/// <summary>A version's instances.</summary>
internal sealed record GatewayVersion(string Name, int Destinations, int Healthy);

/// <summary>The gateway's problem details, as far as a person is told of them.</summary>
internal sealed record GatewayProblem(string? Title = null, string? Detail = null, IReadOnlyList<GatewayFieldProblem>? Errors = null);

/// <summary>One thing wrong in a split.</summary>
internal sealed record GatewayFieldProblem(string? Path = null, string? Message = null, string? Fix = null);

/// <summary>Source-generated readers. A member that is missing or null where the API promises one is an error; members unknown here are skipped.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GatewayRouteList))]
[JsonSerializable(typeof(GatewayRoute))]
[JsonSerializable(typeof(GatewaySplit))]
[JsonSerializable(typeof(GatewayProblem))]
internal sealed partial class GatewayJson : JsonSerializerContext;
