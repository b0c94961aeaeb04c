using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Notifications;

/// <summary>A receiver of webhooks on loopback that answers as a test says. It checks signatures by itself, from the text of Standard Webhooks, not by the code that makes them.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    /// <summary>How long a test waits for a request that has to come, on the real clock.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly Channel<ReceivedHook> _arrived = Channel.CreateUnbounded<ReceivedHook>();

    private HookReceiver(WebApplication app)
    {
        _app = app;
        app.Run(HandleAsync);
    }

    public string Url => _app.Urls.First();

    public int Port => new Uri(Url).Port;

    /// <summary>All requests so far.</summary>
    public ConcurrentQueue<ReceivedHook> Hooks { get; } = new();

    /// <summary>What is answered; the number of the request, from 1.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new HookReceiver(builder.Build());
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Statuses in this order; the last one for ever.</summary>
    public void AnswerWith(params int[] statuses) => Answer = (context, number) =>
    {
        context.Response.StatusCode = statuses[Math.Min(number, statuses.Length) - 1];
        return Task.CompletedTask;
    };

    /// <summary>Waits for the next request that was not returned yet.</summary>
    public async Task<ReceivedHook> NextAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        return await _arrived.Reader.ReadAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var hook = new ReceivedHook(
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Hooks.Enqueue(hook);
        var number = Hooks.Count;
        try
        {
            await Answer(context, number);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has had enough.
        }
        finally
        {
            _arrived.Writer.TryWrite(hook);
        }
    }
}

/// <summary>A request as it arrived.</summary>
internal sealed record ReceivedHook(string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Whether one of the signatures is right for <paramref name="key"/>.</summary>
    public bool IsSignedBy(byte[] key)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{Headers["webhook-id"]}.{Headers["webhook-timestamp"]}."), .. Body];
        return Headers.GetValueOrDefault("webhook-signature", "").Split(' ').Contains($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}", StringComparer.Ordinal);
    }
}
