using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Faults;
using CanaryController.ApiServerStub.Http;
using CanaryController.ApiServerStub.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CanaryController.ApiServerStub;

/// <summary>
/// A small and strict stand-in for a Kubernetes API server, on 127.0.0.1: what it accepts, a real one accepts too. It calls admission webhooks.
/// It does not evaluate CEL rules of CRDs, checks no RBAC (reviews of access are answered from a table) and asks no disruption budgets.
/// </summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ObjectStore _store;
    private readonly StubOptions _options;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _bookmarks;
    private readonly IAsyncDisposable? _controllers;

    private StubServer(WebApplication app, ObjectStore store, StubOptions options, FaultScript faults, RequestLog requests, CancellationTokenSource stopping, IAsyncDisposable? controllers)
    {
        (_app, _store, _options, _stopping, _controllers) = (app, store, options, stopping, controllers);
        (Faults, Requests) = (faults, requests);
        BaseUrl = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _bookmarks = Task.Run(SendBookmarksAsync);
    }

    /// <summary>Where it is served, like <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>The objects, past HTTP, faults and log. What is written here is written as <c>kube-controller-manager</c>.</summary>
    public IObjectStore Store => _store;

    /// <summary>What goes wrong.</summary>
    public FaultScript Faults { get; }

    /// <summary>What was asked.</summary>
    public RequestLog Requests { get; }

    /// <summary>How many watches are open.</summary>
    public int WatchCount => _store.Database.WatchCount;

    /// <summary>The version of the latest change.</summary>
    public long ResourceVersion => _store.Database.Version;

    /// <summary>A kubeconfig for this server, with the first of its tokens.</summary>
    public string Kubeconfig
    {
        get
        {
            var token = _options.Tokens.Count > 0 ? $"\n    token: {_options.Tokens.Keys.First()}" : " {}";
            return $"""
                apiVersion: v1
                kind: Config
                clusters:
                - name: stub
                  cluster:
                    server: {BaseUrl.ToString().TrimEnd('/')}
                users:
                - name: stub
                  user:{token}
                contexts:
                - name: stub
                  context:
                    cluster: stub
                    user: stub
                current-context: stub

                """;
        }
    }

    /// <summary>Starts a server with an empty cluster: the four namespaces that every cluster has, and the CRDs of the options.</summary>
    public static async Task<StubServer> StartAsync(StubOptions options, CancellationToken stop = default)
    {
        var store = new ObjectStore(options.Time, options.HistoryLimit, options.WatchBacklog, options.Seed, options.ServicePorts);
        foreach (var crd in options.Crds.SelectMany(Yaml.Read).OfType<JsonObject>().Where(document => (string?)document["kind"] == "CustomResourceDefinition"))
        {
            store.Create("apiextensions.k8s.io/customresourcedefinitions", crd);
        }

        SeedLoader.Load(store, options.Seeds);
        var faults = new FaultScript(store.Database);
        var requests = new RequestLog(options.RequestLogLimit);
        var stopping = new CancellationTokenSource();
        var server = new ApiServer(store, options, faults, requests, stopping.Token);
        var app = Build(options, server);
        await app.StartAsync(stop);
        return new(app, store, options, faults, requests, stopping, options.Controllers ? StartControllers(store, options) : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_controllers is not null)
        {
            await _controllers.DisposeAsync();
        }

        await _bookmarks;
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _stopping.Dispose();
    }

    // The one place where the cluster's controllers are started.
    private static ClusterControllers StartControllers(IObjectStore store, StubOptions options)
    {
        var controllers = new ClusterControllers(store, options.Time, seed: options.Seed);
        controllers.Start();
        return controllers;
    }

    private static WebApplication Build(StubOptions options, ApiServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "api-server-stub" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.UTF8;
            kestrel.Limits.MaxConcurrentConnections = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var app = builder.Build();
        app.Run(server.HandleAsync);
        return app;
    }

    private async Task SendBookmarksAsync()
    {
        using var timer = new PeriodicTimer(_options.BookmarkInterval, _options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                _store.Database.OfferBookmarks();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
