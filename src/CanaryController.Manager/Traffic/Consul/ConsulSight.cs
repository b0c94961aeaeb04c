using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.Core;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>What there is of a service in Consul, seen at once.</summary>
/// <param name="Splitter">Its service-splitter; null when there is none.</param>
/// <param name="Resolver">Its service-resolver; null when there is none.</param>
/// <param name="Router">Its service-router; null when there is none.</param>
/// <param name="Instances">Its instances; null when they are not known.</param>
/// <param name="Problem">Why an entry is not known, in one sentence; null when all are.</param>
/// <param name="InstancesProblem">Why the instances are not known; null when they are.</param>
internal sealed record ConsulSight(JsonObject? Splitter, JsonObject? Resolver, JsonObject? Router, JsonArray? Instances, string? Problem, string? InstancesProblem)
{
    /// <summary>Which states of the entries these are; a write holds only for them. Empty when they are not known.</summary>
    public EquatableArray<string> Basis => Problem is not null
        ? []
        : [.. new[] { ConsulEntry.IndexOf(Splitter), ConsulEntry.IndexOf(Resolver), ConsulEntry.IndexOf(Router) }.Select(index => index.ToString(CultureInfo.InvariantCulture))];
}
