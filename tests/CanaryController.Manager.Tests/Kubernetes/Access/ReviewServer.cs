using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Kubernetes.Access;

/// <summary>An API server on a loopback port that answers TokenReviews and SubjectAccessReviews by a table.</summary>
internal sealed class ReviewServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _atOnce;

    private ReviewServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Tokens and whose they are.</summary>
    public ConcurrentDictionary<string, string> Users { get; } = new();

    /// <summary>What is allowed, as <c>USER VERB RESOURCE NAMESPACE/NAME</c>; namespace or name is empty for all.</summary>
    public ConcurrentDictionary<string, bool> Allowed { get; } = new();

    /// <summary>What was asked: <c>token USER</c> (<c>?</c> = unknown), and the rows of <see cref="Allowed"/>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The status of every answer from now on; the body repeats the question. 0 = as the table says.</summary>
    public int Refusing { get; set; }

    /// <summary>Answers wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>The most questions that waited together.</summary>
    public int MostAtOnce { get; private set; }

    public int TokensAsked => Asked.Count(asked => asked.StartsWith("token ", StringComparison.Ordinal));

    public static async Task<ReviewServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new ReviewServer(builder.Build());
        server._app.MapPost("/apis/authentication.k8s.io/v1/tokenreviews", context => server.AnswerAsync(context, server.Identify));
        server._app.MapPost("/apis/authorization.k8s.io/v1/subjectaccessreviews", context => server.AnswerAsync(context, server.Decide));
        await server._app.StartAsync();
        return server;
    }

    public void Allow(params string[] rows)
    {
        foreach (var row in rows)
        {
            Allowed[row] = true;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, Func<JsonNode, JsonObject> answer)
    {
        using var reader = new StreamReader(context.Request.Body);
        var question = await reader.ReadToEndAsync();
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
        await Gate;
        Interlocked.Decrement(ref _atOnce);
        var review = JsonNode.Parse(question)!;
        var status = answer(review["spec"]!);
        context.Response.StatusCode = Refusing == 0 ? 201 : Refusing;
        context.Response.ContentType = "application/json";
        review["status"] = status;
        await context.Response.WriteAsync(Refusing == 0
            ? review.ToJsonString()
            : new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["code"] = Refusing, ["message"] = $"cannot: {question}" }.ToJsonString());
    }

    private JsonObject Identify(JsonNode spec)
    {
        var user = Users.GetValueOrDefault((string)spec["token"]!);
        Asked.Enqueue($"token {user ?? "?"}");
        return user is null ? new() { ["error"] = "invalid bearer token" } : new()
        {
            ["authenticated"] = true,
            ["audiences"] = spec["audiences"]?.DeepClone() ?? new JsonArray("https://kubernetes.default.svc"),
            ["user"] = new JsonObject { ["username"] = user, ["uid"] = "u1", ["groups"] = new JsonArray("system:authenticated"), ["extra"] = new JsonObject { ["example.com/pod"] = new JsonArray("p1") } },
        };
    }

    private JsonObject Decide(JsonNode spec)
    {
        Assert.Equal("p1", (string?)spec["extra"]!["example.com/pod"]![0]);
        Assert.Equal(("u1", "system:authenticated", "canarycontroller.io"), ((string?)spec["uid"], (string?)spec["groups"]![0], (string?)spec["resourceAttributes"]!["group"]));
        var what = spec["resourceAttributes"]!;
        var row = $"{spec["user"]} {what["verb"]} {what["resource"]} {what["namespace"]}/{what["name"]}";
        Asked.Enqueue(row);
        return new() { ["allowed"] = Allowed.ContainsKey(row) };
    }
}
