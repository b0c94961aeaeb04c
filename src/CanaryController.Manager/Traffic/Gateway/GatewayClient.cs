using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>An answer of the gateway, or why there is none.</summary>
/// <param name="Value">What it said; null with a problem.</param>
/// <param name="Status">The HTTP status; null when none came.</param>
/// <param name="Problem">What went wrong, in one sentence; null when nothing did.</param>
internal readonly record struct GatewayAnswer<T>(T? Value, HttpStatusCode? Status, string? Problem)
    where T : class;

/// <summary>Speaks docs/gateway-admin-api.md to one gateway. Each request has its own deadline; what goes wrong is a value.</summary>
internal sealed class GatewayClient(HttpClient http, GatewayOptions options, TimeProvider time)
{
    /// <summary>An answer larger than this is refused: 10,000 routes fit well.</summary>
    public const int MaxAnswerBytes = 32 << 20;

    private readonly Uri _base = EndpointUrl.Base(options.Url);
    private readonly BearerTokenFile _token = new(options.TokenFile);

    /// <summary>The gateway's name in the configuration.</summary>
    public string Name => options.Name;

    /// <summary>Every route as it is in force.</summary>
    public Task<GatewayAnswer<GatewayRouteList>> ListAsync(CancellationToken cancellation) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Address("admin/v1/routes")), GatewayJson.Default.GatewayRouteList, "read its routes", cancellation);

    /// <summary>One route as it is in force.</summary>
    public Task<GatewayAnswer<GatewayRoute>> GetAsync(string route, CancellationToken cancellation) =>
        SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, Address($"admin/v1/routes/{Uri.EscapeDataString(route)}")),
            GatewayJson.Default.GatewayRoute,
            $"read route '{route}'",
            cancellation);

    /// <summary>Puts a split in force and answers what is in force then.</summary>
    /// <param name="route">The route.</param>
    /// <param name="split">The split.</param>
    /// <param name="generation">The generation that was decided on; another one in force answers 412. Null = whatever is in force.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<GatewayAnswer<GatewayRoute>> PutAsync(string route, GatewaySplit split, long? generation, CancellationToken cancellation) =>
        SendAsync(() => Put(route, split, generation), GatewayJson.Default.GatewayRoute, $"change route '{route}'", cancellation);

    private HttpRequestMessage Put(string route, GatewaySplit split, long? generation)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, Address($"admin/v1/routes/{Uri.EscapeDataString(route)}/split"))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(split, GatewayJson.Default.GatewaySplit))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        if (generation is { } known)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{known}\""));
        }

        return request;
    }

    private Uri Address(string relative) => new(_base, relative);

    private async Task<GatewayAnswer<T>> SendAsync<T>(
        Func<HttpRequestMessage> make, JsonTypeInfo<T> type, string doing, CancellationToken cancellation)
        where T : class
    {
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var request = make();
            request.Headers.Authorization = _token.Read();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (!response.IsSuccessStatusCode)
            {
                return new(null, response.StatusCode, $"Gateway '{Name}' refused to {doing}: {Refusal(response.StatusCode, body)}");
            }

            return JsonSerializer.Deserialize(body, type) is { } value
                ? new(value, response.StatusCode, null)
                : new(null, response.StatusCode, $"Gateway '{Name}' answered null when asked to {doing}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, null, $"Gateway '{Name}' did not {doing} within {options.Timeout.TotalSeconds:0.###} s.");
        }
        catch (HttpRequestException wrong)
        {
            return new(null, null, $"Gateway '{Name}' could not {doing}: {wrong.Message}");
        }
        catch (JsonException wrong)
        {
            return new(null, HttpStatusCode.OK, $"Gateway '{Name}' answered something else than its admin API promises when asked to {doing}: {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return new(null, null, $"The token of gateway '{Name}' cannot be read: {wrong.Message}");
        }
    }

    private static string Refusal(HttpStatusCode status, byte[] body)
    {
        if (status == HttpStatusCode.Unauthorized)
        {
            return "401, it does not accept the token of tokenFile.";
        }

        try
        {
            var problem = JsonSerializer.Deserialize(body, GatewayJson.Default.GatewayProblem);
            var errors = (problem?.Errors ?? []).Take(5).Select(error => $"{error.Path}: {error.Message}");
            var text = string.Join("; ", new[] { problem?.Detail ?? problem?.Title }.Concat(errors).Where(part => !string.IsNullOrEmpty(part)));
            return $"{(int)status}{(text.Length == 0 ? "" : ", " + (text.Length > 500 ? text[..500] + "…" : text))}";
        }
        catch (JsonException)
        {
            return $"{(int)status}.";
        }
    }
}
