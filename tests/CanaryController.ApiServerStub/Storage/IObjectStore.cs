using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>
/// The objects of the cluster, as the stub's own controllers see them: JSON as the API serves it. Objects that are handed out are copies. A resource is named
/// by group and plural: <c>apps/deployments</c>, and <c>core/pods</c> for the group without a name.
/// </summary>
public interface IObjectStore
{
    /// <summary>The object; null when there is none. <paramref name="ns"/> is null for what has no namespace.</summary>
    JsonObject? Find(string resource, string? ns, string name);

    /// <summary>All objects of a resource, of one namespace or (null) of all, ordered by namespace and name.</summary>
    IReadOnlyList<JsonObject> List(string resource, string? ns);

    /// <summary>Creates an object, as POST does.</summary>
    /// <exception cref="ApiException">As the API would refuse it.</exception>
    JsonObject Create(string resource, JsonObject body);

    /// <summary>Replaces an object (or its <c>status</c>), as PUT does: a metadata.resourceVersion that is not the present one is refused with 409.</summary>
    /// <exception cref="ApiException">As the API would refuse it.</exception>
    JsonObject Update(string resource, JsonObject body, string? subresource = null);

    /// <summary>Deletes an object, as DELETE does; one that is gone already is no error. Propagation: Background, Foreground or Orphan; null = the resource's default.</summary>
    void Delete(string resource, string? ns, string name, string? propagation = null);

    /// <summary>The same objects, written by a service account of <c>kube-system</c>, as webhooks see it; a store without webhooks has no use for it.</summary>
    IObjectStore As(string serviceAccount) => this;

    /// <summary>Told of each change after it is visible, one after the other, without a lock held.</summary>
    event Action<ObjectChange>? Changed;
}

/// <summary>One change.</summary>
/// <param name="Type">ADDED, MODIFIED or DELETED.</param>
/// <param name="Resource">As in <see cref="IObjectStore"/>.</param>
/// <param name="Object">The object after it; a deleted one as it was last.</param>
public sealed record ObjectChange(string Type, string Resource, JsonObject Object);

/// <summary>How the API refuses something: a Status object.</summary>
public sealed class ApiException(int code, string reason, string message) : Exception(message)
{
    /// <summary>The HTTP status, like 409.</summary>
    public int Code { get; } = code;

    /// <summary>The machine-readable reason, like Conflict or AlreadyExists.</summary>
    public string Reason { get; } = reason;
}
