using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>The store as the stub's own controllers see it. They write as <c>kube-controller-manager</c> does.</summary>
internal sealed class ObjectStore : IObjectStore, IAsyncDisposable
{
    private const string Manager = "kube-controller-manager";
    private readonly Database _database;
    private readonly Task _telling;

    public ObjectStore(TimeProvider time, int historyLimit, int watchBacklog, int seed)
    {
        _database = new(historyLimit, watchBacklog);
        Catalogs = new(_database);
        Writer = new(_database, Catalogs, time, seed);
        Deleter = new(_database, Catalogs, Writer, time);
        _telling = Task.Run(TellAsync);
        foreach (var name in new[] { "default", "kube-node-lease", "kube-public", "kube-system" })
        {
            Create("core/namespaces", new() { ["metadata"] = new JsonObject { ["name"] = name } });
        }
    }

    public Database Database => _database;

    public CatalogKeeper Catalogs { get; }

    public ObjectWriter Writer { get; }

    public ObjectDeleter Deleter { get; }

    private event Action<ObjectChange>? Listeners;

    public event Action<ObjectChange>? Changed
    {
        add
        {
            _database.IsTold = true;
            Listeners += value;
        }

        remove => Listeners -= value;
    }

    public JsonObject? Find(string resource, string? ns, string name) => _database.Find(TypeOf(resource).Key, ns ?? "", name)?.Parse();

    public IReadOnlyList<JsonObject> List(string resource, string? ns) =>
        [.. _database.Table(TypeOf(resource).Key).Values.Where(stored => ns is null || stored.Name.Namespace == ns).Select(stored => stored.Parse())];

    public JsonObject Create(string resource, JsonObject body) => Writer.Create(Request(resource, body, null), WithTypeMeta(resource, body));

    public JsonObject Update(string resource, JsonObject body, string? subresource = null) =>
        Writer.Replace(Request(resource, body, subresource), WithTypeMeta(resource, body));

    /// <inheritdoc/>
    /// <remarks>Pods go at once, without a grace period: who deletes here is also who would have stopped their processes.</remarks>
    public void Delete(string resource, string? ns, string name, string? propagation = null)
    {
        var type = TypeOf(resource);
        try
        {
            Deleter.Delete(new() { Type = type, Version = type.Stored, Namespace = ns ?? "", Name = name, Manager = Manager }, new() { Propagation = propagation, GraceSeconds = 0 });
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // What is gone already needs no deleting.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _database.Dispose();
        await _telling;
    }

    private async Task TellAsync()
    {
        await foreach (var change in _database.Told.ReadAllAsync())
        {
            Listeners?.Invoke(new(change.Type, change.Resource, change.Now.Parse()));
        }
    }

    private ResourceType TypeOf(string resource) =>
        Catalogs.Current.Find(resource) ?? throw Refusal.Of(404, "NotFound", $"the server could not find the requested resource: {resource}");

    private WriteRequest Request(string resource, JsonObject body, string? subresource)
    {
        var type = TypeOf(resource);
        return new()
        {
            Type = type,
            Version = type.Stored,
            Subresource = subresource,
            Manager = Manager,
            Namespace = type.Namespaced ? body.Map("metadata").Str("namespace") ?? "" : "",
            Name = body.Map("metadata").Str("name") ?? "",
        };
    }

    private JsonObject WithTypeMeta(string resource, JsonObject body)
    {
        var type = TypeOf(resource);
        var copy = (JsonObject)body.DeepClone();
        copy.Fallback("apiVersion", type.ApiVersion(type.StorageVersion));
        copy.Fallback("kind", type.Kind);
        return copy;
    }
}
