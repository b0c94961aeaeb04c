using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Routing;
using CanaryController.Gateway.Splits;

namespace CanaryController.Gateway.Admin;

/// <summary>All routes.</summary>
internal sealed record RouteList(IReadOnlyList<RouteView> Routes);

/// <summary>A route as it is in force.</summary>
internal sealed record RouteView(string Name, long Generation, SplitView Split, IReadOnlyList<VersionView> Versions)
{
    public static RouteView Of(RoutePlan plan) => new(
        plan.Options.Name,
        plan.Applied.Generation,
        new SplitView(plan.Applied.Split.Weights, plan.Applied.Split.Matches),
        [.. plan.Versions.Select(version => new VersionView(version.Name, version.Destinations.Length, version.Healthy))]);
}

/// <summary>The last splits of a route that came into force, oldest first.</summary>
internal sealed record ChangeList(IReadOnlyList<SplitChange> Changes);

/// <summary>A split: weights in basis points, then matches.</summary>
internal sealed record SplitView(IReadOnlyDictionary<string, int> Weights, IReadOnlyList<SplitMatch> Matches);

/// <summary>A version and its addresses.</summary>
/// <param name="Name">The version.</param>
/// <param name="Destinations">Addresses configured.</param>
/// <param name="Healthy">Addresses known to be healthy.</param>
internal sealed record VersionView(string Name, int Destinations, int Healthy);

/// <summary>RFC 9457 problem details with all that is wrong, field by field.</summary>
internal sealed record Problem(string Title, int Status, string? Detail, IReadOnlyList<FieldProblem> Errors, string Type = "about:blank");

/// <summary>The admin API's wire format.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RouteList))]
[JsonSerializable(typeof(RouteView))]
[JsonSerializable(typeof(ChangeList))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class AdminJson : JsonSerializerContext;
