using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Traffic.Gateway;

/// <summary>The gateway's admin API on loopback, small and strict, with one route <c>shop</c> of the versions v1, v2 and v3.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private JsonNode _split = JsonNode.Parse("""{"weights":{"v1":10000},"matches":[]}""")!;
    private int _reads;
    private int _writes;

    private FakeGateway(WebApplication app)
    {
        _app = app;
        app.MapGet("/admin/v1/routes", ListAsync);
        app.MapGet("/admin/v1/routes/shop", context => GuardedAsync(context, () => context.Response.WriteAsync(Route())));
        app.MapPut("/admin/v1/routes/shop/split", context => GuardedAsync(context, () => PutAsync(context)));
    }

    public string Url => _app.Urls.First();

    public string Token { get; set; } = "secret";

    public int Generation { get; private set; } = 1;

    public int Reads => _reads;

    public int Writes => _writes;

    /// <summary>Runs before each list is answered.</summary>
    public Func<Task> BeforeList { get; set; } = () => Task.CompletedTask;

    /// <summary>Replaces the answer of a PUT while it is set.</summary>
    public Func<HttpContext, Task>? InsteadOfPut { get; set; }

    public static async Task<FakeGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var fake = new FakeGateway(builder.Build());
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>Somebody else changes the split.</summary>
    public void Change(string split) => (_split, Generation) = (JsonNode.Parse(split)!, Generation + 1);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private string Route() => new JsonObject
    {
        ["name"] = "shop",
        ["generation"] = Generation,
        ["split"] = _split.DeepClone(),
        ["versions"] = JsonNode.Parse("""[{"name":"v1","destinations":3,"healthy":3},{"name":"v2","destinations":2,"healthy":1}]"""),
        ["addedLater"] = true,
    }.ToJsonString();

    private async Task GuardedAsync(HttpContext context, Func<Task> answer)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        await answer();
    }

    private Task ListAsync(HttpContext context) => GuardedAsync(context, async () =>
    {
        Interlocked.Increment(ref _reads);
        var now = Route();
        await BeforeList();
        await context.Response.WriteAsync($$"""{"routes":[{{now}}]}""");
    });

    private async Task PutAsync(HttpContext context)
    {
        Interlocked.Increment(ref _writes);
        if (InsteadOfPut is { } instead)
        {
            await instead(context);
            return;
        }

        if (context.Request.Headers.IfMatch is [{ } tag] && tag != $"\"{Generation}\"")
        {
            context.Response.StatusCode = 412;
            return;
        }

        var split = (await JsonNode.ParseAsync(context.Request.Body))!;
        var unknown = split["weights"]!.AsObject().Select(weight => weight.Key).Where(version => version is not ("v1" or "v2" or "v3")).ToList();
        if (unknown.Count > 0 || split["weights"]!.AsObject().Sum(weight => (int)weight.Value!) != 10_000)
        {
            context.Response.StatusCode = 422;
            await context.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                title = "Invalid split",
                errors = new[] { new { path = $"weights.{unknown.FirstOrDefault()}", message = "There is no such version.", fix = "v1, v2 or v3" } },
            }));
            return;
        }

        if (!JsonNode.DeepEquals(split, _split))
        {
            Change(split.ToJsonString());
        }

        await context.Response.WriteAsync(Route());
    }
}
