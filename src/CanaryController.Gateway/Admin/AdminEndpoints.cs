using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Metrics;
using CanaryController.Gateway.Routing;
using Microsoft.Net.Http.Headers;
using Prometheus;

namespace CanaryController.Gateway.Admin;

/// <summary>The admin API, docs/gateway-admin-api.md.</summary>
internal sealed class AdminEndpoints(RouteRegistry routes, AdminTokens tokens, GatewayMetrics metrics, Readiness readiness)
{
    private const int MaxBodyBytes = 64 * 1024;

    public void Map(WebApplication app)
    {
        app.Use(GuardAsync);
        app.MapGet("/admin/v1/routes", ListAsync);
        app.MapGet("/admin/v1/routes/{route}", GetAsync);
        app.MapGet("/admin/v1/routes/{route}/changes", ChangesAsync);
        app.MapPut("/admin/v1/routes/{route}/split", PutSplitAsync);
        app.MapGet("/healthz", context => context.Response.WriteAsync("ok\n", context.RequestAborted));
        app.MapGet("/readyz", ReadyAsync);
        app.MapMetrics(options => options.Registry = metrics.Registry);
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) && !tokens.Accepts(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, 401, "No or a wrong token", "Send Authorization: Bearer <a token of the gateway's admin.tokenFile>.");
            return;
        }

        await next(context);
    }

    private Task ListAsync(HttpContext context) =>
        WriteAsync(context, 200, new RouteList([.. routes.Table.Routes.Select(route => RouteView.Of(route.Plan))]), AdminJson.Default.RouteList);

    private Task GetAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["route"]!;
        return routes.Find(name) is { } route ? ShowAsync(context, route.Plan) : NoSuchRouteAsync(context, name);
    }

    private Task ChangesAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["route"]!;
        return routes.Find(name) is { } route
            ? WriteAsync(context, 200, new ChangeList([.. route.Changes]), AdminJson.Default.ChangeList)
            : NoSuchRouteAsync(context, name);
    }

    private async Task PutSplitAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["route"]!;
        if (!TryReadGeneration(context.Request.Headers.IfMatch, out var expected))
        {
            await RefuseAsync(context, 412, "Another generation", "If-Match names no generation. Send for example If-Match: \"7\".");
            return;
        }

        if (await ReadBodyAsync(context) is not { } body)
        {
            await RefuseAsync(context, 413, "Body too large", $"A split has at most {MaxBodyBytes} bytes.");
            return;
        }

        using var json = Parse(body);
        if (json is null)
        {
            await RefuseAsync(context, 400, "Not JSON", "Send the split as a JSON object.");
            return;
        }

        await (await routes.ApplyAsync(name, json.RootElement, expected) switch
        {
            ApplyOutcome.InForce applied => ShowAsync(context, applied.Plan),
            ApplyOutcome.OtherGeneration other => RefuseAsync(context, 412, "Another generation", $"The route is at generation {other.Generation}. Read it again."),
            ApplyOutcome.Wrong wrong => RefuseAsync(context, 422, "The split cannot be applied", "Nothing was changed.", wrong.Problems),
            _ => NoSuchRouteAsync(context, name),
        });
    }

    private Task ReadyAsync(HttpContext context)
    {
        context.Response.StatusCode = readiness.IsReady ? 200 : 503;
        return context.Response.WriteAsync(readiness.IsReady ? "ready\n" : "not ready\n", context.RequestAborted);
    }

    private static Task ShowAsync(HttpContext context, RoutePlan plan)
    {
        context.Response.Headers.ETag = $"\"{plan.Applied.Generation}\"";
        return WriteAsync(context, 200, RouteView.Of(plan), AdminJson.Default.RouteView);
    }

    private Task NoSuchRouteAsync(HttpContext context, string name) => RefuseAsync(
        context, 404, "No such route", $"'{name}' is not a route of this gateway; it has {string.Join(", ", routes.Table.Routes.Select(route => route.Name))}.");

    private static Task RefuseAsync(HttpContext context, int status, string title, string detail, IReadOnlyList<FieldProblem>? errors = null) =>
        WriteAsync(context, status, new Problem(title, status, detail, errors ?? []), AdminJson.Default.Problem, "application/problem+json");

    private static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type, string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type, contentType, context.RequestAborted);
    }

    private static bool TryReadGeneration(string? ifMatch, out long? generation)
    {
        generation = null;
        if (string.IsNullOrEmpty(ifMatch) || ifMatch == EntityTagHeaderValue.Any.ToString())
        {
            return true;
        }

        var known = long.TryParse(ifMatch.Trim('"'), out var number);
        generation = number;
        return known;
    }

    /// <summary>Null when there is more than <see cref="MaxBodyBytes"/> of it.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        var body = new byte[MaxBodyBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > MaxBodyBytes ? default(ReadOnlyMemory<byte>?) : body.AsMemory(0, length);
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonDocument.Parse(body);
            ReadTexts(json.RootElement);
            return json;
        }
        // The second: a text of it is no Unicode, which is found out only when it is read.
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void ReadTexts(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            default:
                _ = json.ValueKind == JsonValueKind.String ? json.GetString() : null;
                break;
        }
    }
}

/// <summary>Whether users' requests are served: from the open listener until shutdown begins.</summary>
internal sealed class Readiness
{
    private volatile bool _ready;

    public bool IsReady
    {
        get => _ready;
        set => _ready = value;
    }
}
