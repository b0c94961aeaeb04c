using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Which part of an object a write may change.</summary>
internal static class Subresources
{
    private static readonly string[] _system = ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "generateName"];

    /// <summary>The object that is there, with the part of the next one that the request may write.</summary>
    public static JsonObject Restrict(WriteRequest request, JsonObject live, JsonObject next)
    {
        switch (request.Subresource)
        {
            case "status":
                return WithStatus(request, live, next);
            case "finalize":
                var spec = (JsonObject)(live.Map("spec") ?? []).DeepClone();
                spec["finalizers"] = next.Map("spec")?["finalizers"]?.DeepClone();
                return With(live, "spec", spec);
            default:
                return request.Version.HasStatus ? With(next, "status", live["status"]) : next;
        }
    }

    /// <summary>What no client changes.</summary>
    public static void KeepSystemFields(JsonObject live, JsonObject next)
    {
        var from = live.Map("metadata")!;
        var to = next.Ensure("metadata");
        foreach (var name in _system)
        {
            if (from[name] is { } value)
            {
                to[name] = value.DeepClone();
            }
            else
            {
                to.Remove(name);
            }
        }
    }

    // Deployments, ReplicaSets and pods take annotations along with a status, as the API server lets them: the Deployment controller writes its revision so.
    private static JsonObject WithStatus(WriteRequest request, JsonObject live, JsonObject next)
    {
        var restricted = With(live, "status", next["status"]);
        if (request.Type.Key is "apps/deployments" or "apps/replicasets" or "core/pods" && next.Map("metadata")?["annotations"] is { } annotations)
        {
            restricted.Ensure("metadata")["annotations"] = annotations.DeepClone();
        }

        return restricted;
    }

    private static JsonObject With(JsonObject obj, string name, JsonNode? value)
    {
        var copy = (JsonObject)obj.DeepClone();
        if (value is null)
        {
            copy.Remove(name);
        }
        else
        {
            copy[name] = value.DeepClone();
        }

        return copy;
    }
}
