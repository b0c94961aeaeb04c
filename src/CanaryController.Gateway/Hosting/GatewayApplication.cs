using CanaryController.Gateway.Admin;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Forwarding;
using CanaryController.Gateway.Health;
using CanaryController.Gateway.Metrics;
using CanaryController.Gateway.Routing;
using CanaryController.Gateway.Splits;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Hosting;

/// <summary>
/// The gateway as a whole: the registry of routes and two servers. Users' requests have one of their own with nothing in front of the handler, and the
/// admin API goes on answering while the other drains.
/// </summary>
internal sealed class GatewayApplication : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics _metrics = new();
    private readonly Readiness _readiness = new();
    private readonly AdminTokens _tokens;
    private readonly HealthChecks _health;
    private readonly RouteRegistry _routes;
    private readonly HttpMessageInvoker _client = UpstreamClient.Create();
    private readonly WebApplication _traffic;
    private readonly WebApplication _admin;

    public GatewayApplication(GatewayOptions options, ILoggerFactory logs, TimeProvider time)
    {
        (_options, _logs, _time) = (options, logs, time);
        _tokens = new AdminTokens(options.Admin.TokenFile);
        _health = new HealthChecks(time, logs.CreateLogger<HealthChecks>());
        _routes = new RouteRegistry(new SplitStore(options.StateFile), _metrics, _health, time, logs.CreateLogger<RouteRegistry>());
        _traffic = BuildTraffic();
        _admin = BuildAdmin();
    }

    public Uri TrafficAddress => AddressOf(_traffic);

    public Uri AdminAddress => AddressOf(_admin);

    /// <summary>Opens the admin address, checks every destination once, then opens the users' address.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _tokens.Read();
        await _routes.StartAsync(_options);
        await _admin.StartAsync(cancellation);
        await _traffic.StartAsync(cancellation);
        _readiness.IsReady = true;
    }

    /// <summary>Follows the configuration file and the token file.</summary>
    public ConfigurationWatch Watch(string configurationFile) =>
        new(configurationFile, _options, _routes, _tokens, _metrics, _time, _logs.CreateLogger<ConfigurationWatch>());

    /// <summary>Stops accepting, lets requests under way finish, then closes the admin address.</summary>
    public async Task StopAsync()
    {
        _readiness.IsReady = false;
        using var deadline = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        await _traffic.StopAsync(deadline.Token);
        await _admin.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _traffic.DisposeAsync();
        await _admin.DisposeAsync();
        await _health.DisposeAsync();
        _routes.Dispose();
        _client.Dispose();
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    private WebApplication BuildTraffic()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        AddCommon(builder, _options.Listen, _options.Protocol == ListenProtocol.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = static _ => UpstreamClient.HeaderEncoding;
            kestrel.ResponseHeaderEncodingSelector = static _ => UpstreamClient.HeaderEncoding;
        });
        var app = builder.Build();
        var handler = new TrafficHandler(
            _routes,
            app.Services.GetRequiredService<IHttpForwarder>(),
            _client,
            new GatewayTransformer(_options.ForwardedHeaders),
            _metrics,
            new FailureLog(_time, _logs.CreateLogger<FailureLog>()),
            _time);
        app.Run(handler.HandleAsync);
        return app;
    }

    private WebApplication BuildAdmin()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        AddCommon(builder, _options.Admin.Listen, HttpProtocols.Http1);
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        new AdminEndpoints(_routes, _tokens, _metrics, _readiness).Map(app);
        return app;
    }

    private void AddCommon(WebApplicationBuilder builder, Uri listen, HttpProtocols protocols)
    {
        builder.Services.AddSingleton<ILoggerFactory>(_ => new QuietLoggerFactory(_logs));
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(Address.ToIP(listen), listen.Port, endpoint => endpoint.Protocols = protocols);
        });
    }

    /// <summary>Signals are the program's business: it stops both servers in order.</summary>
    private sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Lets the servers use the program's log without disposing it.</summary>
    private sealed class QuietLoggerFactory(ILoggerFactory inner) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public ILogger CreateLogger(string categoryName) => inner.CreateLogger(categoryName);

        public void Dispose()
        {
            // The program disposes the one behind.
        }
    }
}
