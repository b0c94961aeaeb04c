using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>When objects may begin and when they are over.</summary>
internal static class Lifecycle
{
    /// <summary>Whether a deleted object has nothing left that keeps it.</summary>
    public static bool IsOver(string key, JsonObject obj)
    {
        var metadata = obj.Map("metadata");
        return metadata.Str("deletionTimestamp") is not null
            && metadata.List("finalizers") is null or { Count: 0 }
            && (metadata.Num("deletionGracePeriodSeconds") ?? 0) == 0
            && (key != "core/namespaces" || obj.Map("spec").List("finalizers") is null or { Count: 0 });
    }

    /// <summary>Nothing is created in a namespace that is not there or is going.</summary>
    public static void CheckNamespace(Database database, WriteRequest request, string name)
    {
        if (database.Find("core/namespaces", "", request.Namespace) is not { } ns)
        {
            throw Refusal.Of(404, "NotFound", $"namespaces \"{request.Namespace}\" not found", new() { ["name"] = request.Namespace, ["kind"] = "namespaces" });
        }

        if (ns.Parse().Map("metadata").Str("deletionTimestamp") is not null)
        {
            var cause = new JsonObject { ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {request.Namespace} is being terminated", ["field"] = "metadata.namespace" };
            throw Refusal.Forbidden(request.Type, name, $"unable to create new content in namespace {request.Namespace} because it is being terminated", [cause]);
        }
    }
}
