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

    /// <summary>
    /// Deletes a pod. One that is on a node stays, marked, until the node has ended it: the finalizer of a foreground deletion keeps it meanwhile, and
    /// <see cref="PodController"/> removes that.
    /// </summary>
    public static void DeletePod(this IObjectStore store, JsonObject pod) =>
        store.Delete(Resources.Pods, pod.Namespace(), pod.Name(), Pod.NodeName(pod).Length > 0 && !pod.IsBeingDeleted() ? ForegroundFinalizer.Policy : null);

    /// <summary>Takes a finalizer away from the object's present version.</summary>
    public static void RemoveFinalizer(this IObjectStore store, string resource, JsonObject item, string finalizer) => store.PatchLatest(resource, item, latest =>
    {
        if (!latest.HasFinalizer(finalizer))
        {
            return false;
        }

        var left = ((JsonArray)latest.At("metadata", "finalizers")!).Select(f => f?.GetValue<string>()).Where(f => f != finalizer).Select(f => (JsonNode?)f);
        latest.Child("metadata")["finalizers"] = new JsonArray([.. left]);
        return true;
    });

    /// <summary>All objects of a resource; none when the cluster does not serve it (any more).</summary>
    public static IReadOnlyList<JsonObject> ListServed(this IObjectStore store, string resource, string? ns)
    {
        try
        {
            return store.List(resource, ns);
        }
        catch (ApiException e) when (e.Code == 404)
        {
            return [];
        }
    }

    /// <summary>Whether creating in this namespace is refused because it is being deleted: nothing to retry then.</summary>
    public static bool IsTerminating(this IObjectStore store, string? ns) =>
        ns is not null && store.Find(Resources.Namespaces, null, ns)?.IsBeingDeleted() == true;

    public static bool IsConflict(this ApiException refusal) => refusal is { Code: 409, Reason: "Conflict" };
}

/// <summary>What keeps an object that is deleted in the foreground until its dependents are gone.</summary>
internal static class ForegroundFinalizer
{
    public const string Name = "foregroundDeletion";
    public const string Policy = "Foreground";
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
