using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Approvals.Slack;

/// <summary>Slack's Web API on a loopback port, with its rules: the token, known channels, known messages, the bounds of Block Kit, and 429 with Retry-After.</summary>
internal sealed class SlackServer : IAsyncDisposable
{
    public const string Token = "xoxb-a-token-that-nobody-may-see";
    public const string ChannelId = "C0DEPLOYS";

    private readonly WebApplication _app;
    private readonly Channel<SlackCall> _calls = Channel.CreateUnbounded<SlackCall>();
    private int _posted;

    private SlackServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/api/";

    /// <summary>Messages by their ts, as they are now; replies among them.</summary>
    public ConcurrentDictionary<string, JsonObject> Messages { get; } = new();

    /// <summary>User groups and who is in them.</summary>
    public ConcurrentDictionary<string, string[]> Groups { get; } = new();

    /// <summary>How many calls from now on are answered with 429 and Retry-After.</summary>
    public int Limited { get; set; }

    /// <summary>What the header says then.</summary>
    public string RetryAfter { get; set; } = "2";

    /// <summary>The methods that were called, in order.</summary>
    public ConcurrentQueue<string> Methods { get; } = new();

    /// <summary>The channel does not exist.</summary>
    public bool HasNoChannel { get; set; }

    /// <summary>Nothing is answered but 503.</summary>
    public bool IsDown { get; set; }

    public IEnumerable<JsonObject> Roots => Messages.Values.Where(message => message["thread_ts"] is null);

    public static async Task<SlackServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new SlackServer(builder.Build());
        server._app.MapPost("/api/{method}", server.AnswerAsync);
        server._app.MapGet("/api/usergroups.users.list", server.AnswerGroupAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Waits for the next call of <paramref name="method"/> that was answered well, passing over others.</summary>
    public async Task<JsonObject> NextAsync(string method)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var call = await _calls.Reader.ReadAsync(late.Token);
            if (call.Method == method && call.Error is null)
            {
                return call.Body;
            }
        }
    }

    /// <summary>Waits for the next call, whatever becomes of it.</summary>
    public async Task<SlackCall> NextAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await _calls.Reader.ReadAsync(late.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        await AnswerAsync(context, (string)context.Request.RouteValues["method"]!, JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject());
    }

    /// <summary>Methods that only tell something take no JSON.</summary>
    private Task AnswerGroupAsync(HttpContext context) => AnswerAsync(context, "usergroups.users.list", new JsonObject { ["usergroup"] = context.Request.Query["usergroup"].ToString() });

    private async Task AnswerAsync(HttpContext context, string method, JsonObject body)
    {
        Methods.Enqueue(method);
        if (IsDown || Limited > 0)
        {
            context.Response.StatusCode = IsDown ? 503 : 429;
            Limited = IsDown ? Limited : Limited - 1;
            context.Response.Headers.RetryAfter = IsDown ? default : RetryAfter;
            _calls.Writer.TryWrite(new(method, body, IsDown ? "down" : "ratelimited"));
            return;
        }

        var answer = context.Request.Headers.Authorization != $"Bearer {Token}" ? Wrong("invalid_auth") : Carry(method, body);
        await context.Response.WriteAsync(answer.ToJsonString());
        _calls.Writer.TryWrite(new(method, body, (string?)answer["error"]));
    }

    private JsonObject Carry(string method, JsonObject body) => method switch
    {
        _ when HasNoChannel && body["channel"] is not null => Wrong("channel_not_found"),
        "chat.postMessage" when (string?)body["channel"] is not (ChannelId or "#deploys") => Wrong("channel_not_found"),
        "chat.postMessage" or "chat.update" when SlackRules.Complaint(body) is { } complaint => Wrong(complaint),
        "chat.postMessage" => Post(body),
        "chat.update" when (string?)body["channel"] != ChannelId => Wrong("channel_not_found"),
        "chat.update" when !Messages.ContainsKey((string?)body["ts"] ?? "") => Wrong("message_not_found"),
        "chat.update" => Keep((string)body["ts"]!, body),
        "chat.postEphemeral" => new() { ["ok"] = true },
        "usergroups.users.list" when Groups.TryGetValue((string?)body["usergroup"] ?? "", out var users) => new() { ["ok"] = true, ["users"] = new JsonArray([.. users.Select(user => (JsonNode)user)]) },
        "usergroups.users.list" => Wrong("no_such_subteam"),
        _ => Wrong("unknown_method"),
    };

    private JsonObject Post(JsonObject body) =>
        body["thread_ts"] is { } thread && !Messages.ContainsKey((string)thread!) ? Wrong("thread_not_found") : Keep($"1700000000.{Interlocked.Increment(ref _posted):000000}", body);

    private JsonObject Keep(string ts, JsonObject body)
    {
        Messages[ts] = body;
        return new() { ["ok"] = true, ["channel"] = ChannelId, ["ts"] = ts };
    }

    private static JsonObject Wrong(string error) => new() { ["ok"] = false, ["error"] = error };
}

/// <summary>A call, and Slack's word for what was wrong with it; null when it went well.</summary>
internal sealed record SlackCall(string Method, JsonObject Body, string? Error);

/// <summary>The bounds of messages (docs.slack.dev, Block Kit).</summary>
internal static class SlackRules
{
    public static string? Complaint(JsonObject message)
    {
        var blocks = message["blocks"]?.AsArray() ?? [];
        return blocks.Count > 50 ? "invalid_blocks"
            : message["text"] is not JsonValue text || text.GetValue<string>().Length is 0 or > 40_000 ? "no_text"
            : blocks.Any(block => !IsFine(block!)) ? "invalid_blocks"
            : null;
    }

    private static bool IsFine(JsonNode block) => (string?)block["type"] switch
    {
        "header" => Length(block["text"], "plain_text") is > 0 and <= 150,
        "section" => Length(block["text"], "mrkdwn") is > 0 and <= 3_000,
        "context" => block["elements"]!.AsArray() is { Count: > 0 and <= 10 } elements && elements.All(element => Length(element, "mrkdwn") is > 0 and <= 3_000),
        "actions" => block["elements"]!.AsArray() is { Count: > 0 and <= 25 } buttons && buttons.All(IsButton!) && buttons.Select(button => (string)button!["action_id"]!).Distinct().Count() == buttons.Count,
        _ => false,
    };

    private static bool IsButton(JsonNode button) => (string?)button["type"] == "button" && Length(button["text"], "plain_text") is > 0 and <= 75
        && ((string?)button["value"])?.Length is > 0 and <= 2_000 && button["style"] is null or JsonValue
        && button["confirm"] is { } confirm && Length(confirm["title"], "plain_text") is > 0 and <= 100 && Length(confirm["text"], "plain_text") is > 0 and <= 300
        && Length(confirm["confirm"], "plain_text") is > 0 and <= 30 && Length(confirm["deny"], "plain_text") is > 0 and <= 30;

    private static int Length(JsonNode? text, string type) => (string?)text?["type"] == type ? ((string?)text["text"])?.Length ?? 0 : 0;
}
