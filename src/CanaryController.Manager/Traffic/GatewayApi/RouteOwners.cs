using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>Who owns the rules of an HTTPRoute, which are one atomic list; they are given back at the end.</summary>
internal static class RouteOwners
{
    private static readonly FieldOwners _rules = new("f:rules");

    /// <inheritdoc cref="FieldOwners.Of"/>
    public static JsonArray Of(JsonObject route) => _rules.Of(route);

    /// <inheritdoc cref="FieldOwners.LastWriter"/>
    public static string? LastWriter(JsonObject route) => _rules.LastWriter(route);

    /// <inheritdoc cref="FieldOwners.Restored"/>
    public static JsonArray? Restored(JsonObject route, JsonArray owners) => _rules.Restored(route, owners);
}
