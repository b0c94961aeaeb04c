using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CanaryController.Gateway.Tests;

/// <summary>A version of the application on a loopback port: answers with its name unless a test says otherwise.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private Upstream(string name, HttpProtocols protocols)
    {
        Answer = context => context.Response.WriteAsync(name);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocols);
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context =>
        {
            if (context.Request.Path == "/healthz")
            {
                context.Response.StatusCode = IsHealthy ? 200 : 500;
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref _requests);
            Seen.Enqueue(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            return Answer(context);
        });
    }

    public RequestDelegate Answer { get; set; }

    public bool IsHealthy { get; set; } = true;

    public int Requests => _requests;

    /// <summary>The headers of each request.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Seen { get; } = new();

    public string Address => _app.Urls.Single();

    public static async Task<Upstream> StartAsync(string name, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var upstream = new Upstream(name, protocols);
        await upstream._app.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
