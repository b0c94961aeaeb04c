using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Admission;
using CanaryController.ApiServerStub.Api;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>The store as the stub's own controllers see it. They write as <c>kube-controller-manager</c> does, and wait for webhooks.</summary>
internal sealed class ObjectStore : IObjectStore, IAsyncDisposable
{
    private readonly Database _database;
    private readonly Task _telling;
    private readonly StoreView _own;

    public ObjectStore(TimeProvider time, int historyLimit, int watchBacklog, int seed, IReadOnlyDictionary<string, int>? servicePorts = null)
    {
        _database = new(historyLimit, watchBacklog);
        Catalogs = new(_database);
        Admitter = new(_database, Catalogs, new WebhookClient(new(_database, servicePorts ?? new Dictionary<string, int>(StringComparer.Ordinal)), time), seed);
        Writer = new(_database, Catalogs, Admitter, new(_database, Catalogs, time, seed));
        Deleter = new(_database, Catalogs, Writer, Admitter, time);
        _own = new(this, new StubUser("system:kube-controller-manager").Complete());
        _telling = Task.Run(TellAsync);
        foreach (var name in new[] { "default", "kube-node-lease", "kube-public", "kube-system" })
        {
            Create("core/namespaces", new() { ["metadata"] = new JsonObject { ["name"] = name } });
        }
    }

    public Database Database => _database;

    public CatalogKeeper Catalogs { get; }

    public Admitter Admitter { get; }

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

    public JsonObject Create(string resource, JsonObject body) => _own.Create(resource, body);

    public JsonObject Update(string resource, JsonObject body, string? subresource = null) => _own.Update(resource, body, subresource);

    /// <inheritdoc/>
    public void Delete(string resource, string? ns, string name, string? propagation = null) => _own.Delete(resource, ns, name, propagation);

    public IObjectStore As(string serviceAccount) => new StoreView(this, StubUser.ServiceAccount("kube-system", serviceAccount).Complete());

    public async ValueTask DisposeAsync()
    {
        _database.Dispose();
        await _telling;
        Admitter.Dispose();
    }

    private async Task TellAsync()
    {
        await foreach (var change in _database.Told.ReadAllAsync())
        {
            Listeners?.Invoke(new(change.Type, change.Resource, change.Now.Parse()));
        }
    }

    public ResourceType TypeOf(string resource) =>
        Catalogs.Current.Find(resource) ?? throw Refusal.Of(404, "NotFound", $"the server could not find the requested resource: {resource}");
}
