using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>The instances of a service in the mesh, by version, as the health endpoint tells them.</summary>
internal static class ConsulInstances
{
    /// <summary>
    /// Where they are read: what proxies send to, so sidecars and instances that speak to the mesh themselves. A sidecar that is registered inside its service has that service's Meta.
    /// </summary>
    public static string Path(string service) => $"health/connect/{Uri.EscapeDataString(service)}";

    /// <summary>Counts. An instance that warns gets requests, unless its subset takes passing ones only; a critical one gets none.</summary>
    public static IReadOnlyDictionary<string, VersionInstances> Count(JsonArray instances, ConsulVersions versions, JsonObject? resolver)
    {
        var counts = new Dictionary<string, VersionInstances>(StringComparer.Ordinal);
        foreach (var (version, subset) in versions.All)
        {
            var of = instances.Where(each => each.Map("Service").Map("Meta").Text("version") == version).ToList();
            var onlyPassing = ResolverPlan.IsOnlyPassing(resolver, subset);
            counts[version] = new(of.Count(each => IsHealthy(each, onlyPassing)), of.Count);
        }

        return counts;
    }

    private static bool IsHealthy(JsonNode? instance, bool onlyPassing) => (instance?["Checks"] as JsonArray ?? []).All(check => check.Text("Status") switch
    {
        "passing" => true,
        "warning" => !onlyPassing,
        _ => false,
    });
}
