using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>A store as one of the stub's own controllers writes to it. Its callers are not asynchronous: they wait here while webhooks are asked.</summary>
internal sealed class StoreView(ObjectStore store, StubUser user) : IObjectStore
{
    private const string Manager = "kube-controller-manager";

    public event Action<ObjectChange>? Changed
    {
        add => store.Changed += value;
        remove => store.Changed -= value;
    }

    public JsonObject? Find(string resource, string? ns, string name) => store.Find(resource, ns, name);

    public IReadOnlyList<JsonObject> List(string resource, string? ns) => store.List(resource, ns);

    public JsonObject Create(string resource, JsonObject body) => Wait(store.Writer.CreateAsync(Request(resource, body, null), WithTypeMeta(resource, body)));

    public JsonObject Update(string resource, JsonObject body, string? subresource = null) =>
        Wait(store.Writer.ReplaceAsync(Request(resource, body, subresource), WithTypeMeta(resource, body)));

    /// <inheritdoc/>
    /// <remarks>Pods go at once, without a grace period: who deletes here is also who would have stopped their processes.</remarks>
    public void Delete(string resource, string? ns, string name, string? propagation = null)
    {
        var type = store.TypeOf(resource);
        var options = new JsonObject();
        if (propagation is not null)
        {
            options["propagationPolicy"] = propagation;
        }

        try
        {
            Wait(store.Deleter.DeleteAsync(
                new() { Type = type, Version = type.Stored, Namespace = ns ?? "", Name = name, Manager = Manager, User = user, Options = options },
                new() { Propagation = propagation, GraceSeconds = 0 }));
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // What is gone already needs no deleting.
        }
    }

    public IObjectStore As(string serviceAccount) => store.As(serviceAccount);

    private static T Wait<T>(ValueTask<T> write) => write.AsTask().GetAwaiter().GetResult();

    private WriteRequest Request(string resource, JsonObject body, string? subresource)
    {
        var type = store.TypeOf(resource);
        return new()
        {
            Type = type,
            Version = type.Stored,
            Subresource = subresource,
            Manager = Manager,
            User = user,
            Namespace = type.Namespaced ? body.Map("metadata").Str("namespace") ?? "" : "",
            Name = body.Map("metadata").Str("name") ?? "",
        };
    }

    private JsonObject WithTypeMeta(string resource, JsonObject body)
    {
        var type = store.TypeOf(resource);
        var copy = (JsonObject)body.DeepClone();
        copy.Fallback("apiVersion", type.ApiVersion(type.StorageVersion));
        copy.Fallback("kind", type.Kind);
        return copy;
    }
}
