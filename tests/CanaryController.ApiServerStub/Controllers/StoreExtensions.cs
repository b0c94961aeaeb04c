using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>What several controllers do with the store.</summary>
internal static class StoreExtensions
{
    private const int MaxAttempts = 10;

    /// <summary>
    /// Changes the object's present version, as a patch without a resourceVersion does. Does nothing when it is gone or (by uid) another one now.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="item">A version of the object, however old.</param>
    /// <param name="change">Changes a copy; false leaves the object alone.</param>
    public static void PatchLatest(this IObjectStore store, string resource, JsonObject item, Func<JsonObject, bool> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (store.Find(resource, item.Namespace(), item.Name()) is not { } latest || latest.Uid() != item.Uid() || !change(latest))
            {
                return;
            }

            try
            {
                store.Update(resource, latest);
                return;
            }
            catch (ApiException e) when (e.IsConflict() && attempt < MaxAttempts)
            {
                // Somebody else was faster: read again.
            }
        }
    }

    /// <summary>Whether creating in this namespace is refused because it is being deleted: nothing to retry then.</summary>
    public static bool IsTerminating(this IObjectStore store, string? ns) =>
        ns is not null && store.Find(Resources.Namespaces, null, ns)?.IsBeingDeleted() == true;

    public static bool IsConflict(this ApiException refusal) => refusal is { Code: 409, Reason: "Conflict" };
}

/// <summary>The resources that controllers know by name.</summary>
internal static class Resources
{
    public const string Deployments = "apps/deployments";
    public const string ReplicaSets = "apps/replicasets";
    public const string Pods = "core/pods";
    public const string Services = "core/services";
    public const string Namespaces = "core/namespaces";
    public const string EndpointSlices = "discovery.k8s.io/endpointslices";
    public const string Autoscalers = "autoscaling/horizontalpodautoscalers";
    public const string CustomResourceDefinitions = "apiextensions.k8s.io/customresourcedefinitions";
}
