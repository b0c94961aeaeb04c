using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>From what the server answers to what caches keep.</summary>
internal static class Projections
{
    /// <summary>Projects an answer's object.</summary>
    public static T Project<T>(this JsonObject body, Func<JsonElement, T> project)
    {
        using var document = JsonDocument.Parse(body.ToJsonString());
        return project(document.RootElement);
    }
}
