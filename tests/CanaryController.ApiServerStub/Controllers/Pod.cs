using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>What controllers read from pods.</summary>
internal static class Pod
{
    public static string NodeName(JsonObject pod) => pod.Text("spec", "nodeName") ?? "";

    public static string Phase(JsonObject pod) => pod.Text("status", "phase") ?? "Pending";

    public static bool IsReady(JsonObject pod) => ReadyCondition(pod)?.Text("status") == "True";

    /// <summary>Since when it has been ready, to the second; null while it is not.</summary>
    public static DateTimeOffset? ReadySince(JsonObject pod) => IsReady(pod) ? ObjectFields.Time(ReadyCondition(pod)?.Text("lastTransitionTime")) : null;

    /// <summary>Neither ended nor being deleted: only these count for a ReplicaSet.</summary>
    public static bool IsActive(JsonObject pod) => Phase(pod) is not ("Succeeded" or "Failed") && !pod.IsBeingDeleted();

    public static bool IsAvailable(JsonObject pod, int minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds == 0 || (ReadySince(pod) is { } since && since.AddSeconds(minReadySeconds) < now));

    public static JsonObject? Condition(JsonObject pod, string type) => pod.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type);

    private static JsonObject? ReadyCondition(JsonObject pod) => Condition(pod, "Ready");
}
