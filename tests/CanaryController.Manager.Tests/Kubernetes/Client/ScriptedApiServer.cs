using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

/// <summary>Answers one request after the other by a script; what comes after its end is left without an answer. Lists and watches in the words of the API server.</summary>
internal sealed class ScriptedApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();

    private ScriptedApiServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>The last request's body.</summary>
    public string Body { get; private set; } = "";

    /// <summary>The last request's headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    public static async Task<ScriptedApiServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var server = new ScriptedApiServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The next request's path and query.</summary>
    public async Task<string> NextAsync() => await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>True when nobody asked anything more so far.</summary>
    public bool IsQuiet => !_requests.Reader.TryPeek(out _);

    public ScriptedApiServer Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public ScriptedApiServer ThenList(string version, IEnumerable<string> items, string? next = null) =>
        ThenStatus(200, $$"""{"kind":"ServiceList","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");

    public ScriptedApiServer ThenRefuse(int code, string reason, string message, int? retryAfter = null, string details = "{}") => Then(context =>
    {
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }

        return WriteAsync(context, code, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}},"details":{{details}}}""");
    });

    public ScriptedApiServer ThenStatus(int code, string body) => Then(context => WriteAsync(context, code, body));

    /// <summary>A watch that tells <paramref name="lines"/> and stays open until <paramref name="end"/> says how it ends.</summary>
    public ScriptedApiServer ThenWatch(Func<HttpContext, Task>? end, params string[] lines) => Then(async context =>
    {
        await context.Response.StartAsync();
        await context.Response.WriteAsync(string.Concat(lines));
        await context.Response.Body.FlushAsync();
        await (end ?? StayAsync)(context);
    });

    public static Task EndAsync(HttpContext context) => Task.CompletedTask;

    public static Task BreakAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public static Task StayAsync(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    public static string Item(string name, int version, string uid = "u1", string note = "") =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"default","uid":"{{uid}}","resourceVersion":"{{version}}","managedFields":[{"manager":"x"}]},"note":"{{note}}"}""";

    public static string Event(string type, string item) => $$"""{"type":"{{type}}","object":{{item}}}""" + "\n";

    public static string Bookmark(int version) => Event("BOOKMARK", $$"""{"kind":"Service","metadata":{"resourceVersion":"{{version}}"} }""");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private static Task WriteAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Body = await reader.ReadToEndAsync();
        Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _requests.Writer.TryWrite($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        await (_script.TryDequeue(out var answer) ? answer(context) : StayAsync(context));
    }
}
