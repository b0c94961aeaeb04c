using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>
/// Consul's HTTP API on loopback, as far as the router uses it and as strict as the real one: config entries with compare-and-set and its quirks, their rules, the health endpoint with filters,
/// intentions, blocking reads, ACLs. Waits are on the test's clock.
/// </summary>
internal sealed partial class FakeConsul : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Name), JsonObject> _entries = [];
    private readonly Dictionary<string, JsonArray> _instances = new(StringComparer.Ordinal);
    private readonly List<string> _requests = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _index = 10;
    private ulong _entriesIndex = 1;
    private ulong _instancesIndex = 1;

    private FakeConsul(WebApplication app, TimeProvider time)
    {
        (_app, _time) = (app, time);
        app.Use(GuardAsync);
        app.MapGet("/v1/config/{kind}/{name}", (string kind, string name, HttpContext context) => ReadAsync(context, () => _entriesIndex, () => Find(kind, name), $"Config entry not found for \"{kind}\" / \"{name}\""));
        app.MapPut("/v1/config", PutAsync);
        app.MapDelete("/v1/config/{kind}/{name}", (string kind, string name, HttpContext context) => DeleteAsync(context, kind, name));
        app.MapGet("/v1/health/connect/{service}", HealthAsync);
        app.MapGet("/v1/connect/intentions/match", context => ReadAsync(context, () => 1, () => new JsonObject { [context.Request.Query["name"].ToString()] = Intentions.Count == 0 ? null : Intentions.DeepClone() }));
    }

    public string Url => _app.Urls.First();

    /// <summary>The only token that may do anything; null = no ACLs.</summary>
    public string? Token { get; set; }

    /// <summary>What a token may not do: a part of method and path, like <c>GET /v1/connect</c>.</summary>
    public string? Denied { get; set; }

    /// <summary>Closes every connection without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Refuses members that it does not know, as Consul does. Off for tests that ask whether they are kept.</summary>
    public bool IsStrict { get; set; } = true;

    /// <summary>The token may not read nodes: instances are left out in silence, but for a header.</summary>
    public bool HidesInstances { get; set; }

    public JsonArray Intentions { get; set; } = [];

    /// <summary>Runs before each request is answered; true = it answered already.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Runs after each write that changed something, before it is answered.</summary>
    public Action<string> Written { get; set; } = _ => { };

    /// <summary>Method, path and query of every request so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public IReadOnlyList<string> Writes => [.. Requests.Where(request => !request.StartsWith("GET", StringComparison.Ordinal))];

    public static async Task<FakeConsul> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var fake = new FakeConsul(builder.Build(), time);
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>Somebody writes an entry without any condition.</summary>
    public void Put(string json)
    {
        lock (_lock)
        {
            Store(ConsulRules.Normalized(JsonNode.Parse(json)!.AsObject()));
        }
    }

    /// <summary>Somebody deletes one.</summary>
    public void Delete(string kind, string name)
    {
        lock (_lock)
        {
            _entries.Remove((kind, name));
            _entriesIndex = Change();
        }
    }

    /// <summary>The entry without its indexes; null when there is none.</summary>
    public JsonObject? Entry(string kind, string name = "shop")
    {
        lock (_lock)
        {
            return Find(kind, name) is { } entry ? Bare(entry) : null;
        }
    }

    /// <summary>So many instances of a version, each with a sidecar, in the given state of its checks.</summary>
    public void SetInstances(string service, string? version, int count, string status = "passing")
    {
        lock (_lock)
        {
            var others = (_instances.GetValueOrDefault(service) ?? []).Where(each => (string?)each!["Service"]!["Meta"]!["version"] != version).Select(each => each!.DeepClone());
            var own = Enumerable.Range(0, count).Select(number => (JsonNode)new JsonObject
            {
                ["Node"] = new JsonObject { ["Node"] = $"host-{number}" },
                ["Service"] = new JsonObject
                {
                    ["ID"] = $"{service}-{version}-{number}-sidecar-proxy",
                    ["Service"] = $"{service}-sidecar-proxy",
                    ["Meta"] = version is null ? [] : new JsonObject { ["version"] = version, ["env"] = "prod" },
                },
                ["Checks"] = new JsonArray { new JsonObject { ["CheckID"] = "serfHealth", ["Status"] = "passing" }, new JsonObject { ["CheckID"] = "listener", ["Status"] = status } },
            });
            _instances[service] = [.. others.Concat(own)];
            _instancesIndex = Change();
        }
    }

    /// <summary>An older snapshot was restored: all indexes begin anew, far below.</summary>
    public void GoBack()
    {
        lock (_lock)
        {
            _index = 2;
            foreach (var entry in _entries.Values)
            {
                entry["CreateIndex"] = ++_index;
                entry["ModifyIndex"] = _index;
            }

            _entriesIndex = Change();
            _instancesIndex = _index;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        lock (_lock)
        {
            _requests.Add(request);
        }

        if (IsDown)
        {
            context.Abort();
            return;
        }

        if (await Before(context))
        {
            return;
        }

        if ((Token is not null && context.Request.Headers["X-Consul-Token"] != Token) || (Denied is not null && request.StartsWith(Denied, StringComparison.Ordinal)))
        {
            await AnswerAsync(context, 403, "Permission denied: token with AccessorID '00000000-0000-0000-0000-000000000002' lacks permission");
            return;
        }

        await next(context);
    }

    private async Task ReadAsync(HttpContext context, Func<ulong> index, Func<JsonNode?> read, string missing = "")
    {
        var query = context.Request.Query;
        if (ulong.TryParse(query["index"], CultureInfo.InvariantCulture, out var asked) && asked > 0)
        {
            var wait = TimeSpan.FromMilliseconds(double.Parse(query["wait"].ToString().Replace("ms", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var elapsed = Task.Delay(wait, _time, end.Token);
            while (!IsNewer(index, asked, out var changed) && !elapsed.IsCompleted)
            {
                await Task.WhenAny(changed, elapsed);
            }

            await end.CancelAsync();
        }

        int status;
        string body;
        lock (_lock)
        {
            context.Response.Headers["X-Consul-Index"] = index().ToString(CultureInfo.InvariantCulture);
            (status, body) = read() is { } found ? (200, found.ToJsonString()) : (404, missing);
        }

        await AnswerAsync(context, status, body);
    }

    private bool IsNewer(Func<ulong> index, ulong asked, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            return index() > asked;
        }
    }

    private Task HealthAsync(HttpContext context)
    {
        var service = (string)context.Request.RouteValues["service"]!;
        Func<JsonNode, bool> filter;
        try
        {
            filter = ConsulFilter.Parse(context.Request.Query["filter"].ToString());
        }
        catch (FormatException wrong)
        {
            return AnswerAsync(context, 500, wrong.Message);
        }

        if (HidesInstances)
        {
            context.Response.Headers["X-Consul-Results-Filtered-By-ACLs"] = "true";
            return ReadAsync(context, () => _instancesIndex, () => new JsonArray());
        }

        var passing = context.Request.Query.ContainsKey("passing");
        return ReadAsync(context, () => _instancesIndex, () => new JsonArray([.. (_instances.GetValueOrDefault(service) ?? [])
            .Where(each => filter(each!) && (!passing || each!["Checks"]!.AsArray().All(check => (string?)check!["Status"] == "passing")))
            .Select(each => each!.DeepClone())]));
    }

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }
}
