using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Fills the variables of a user's query: <c>{{ version }}</c>, <c>{{ stableVersion }}</c>, <c>{{ namespace }}</c>, <c>{{ name }}</c>, <c>{{ route }}</c>. Between quotes a value is
/// escaped, so that it stays one string; elsewhere (in a metric's name) it may consist of letters, digits, <c>_</c> and <c>:</c> only.
/// </summary>
internal static class CustomQueryTemplate
{
    /// <summary>The query, or what is wrong with the template in one sentence.</summary>
    public static (string? Query, string? Problem) Render(string template, EvidenceRequest request) =>
        QueryTemplate.Render(template, name => Value(name, request) is { } value ? QueryValue.Of(value) : null, "version, stableVersion, namespace, name and route");

    private static string? Value(string name, EvidenceRequest request) => name switch
    {
        "version" => request.State.CanaryRevision,
        "stableVersion" => request.State.StableRevision,
        "namespace" => request.Key.Namespace,
        "name" => request.Key.Name,
        "route" => request.Target.Route,
        _ => null,
    };
}
