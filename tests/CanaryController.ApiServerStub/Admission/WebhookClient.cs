using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>Posts reviews to webhooks.</summary>
internal sealed class WebhookClient(WebhookAddresses addresses, TimeProvider time) : IDisposable
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024;
    private readonly WebhookConnections _connections = new();

    /// <summary>The answer, as it came.</summary>
    /// <exception cref="WebhookCallException">No answer came, or none that is JSON.</exception>
    public async Task<JsonObject> SendAsync(Webhook hook, JsonObject review, CancellationToken stop)
    {
        var address = addresses.Of(hook.Client);
        var url = $"{address.Shown}?timeout={hook.TimeoutSeconds.ToString(CultureInfo.InvariantCulture)}s";
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(hook.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        if (address.Wrong is not null)
        {
            throw Failed(url, address.Wrong);
        }

        try
        {
            return await PostAsync(_connections.To(address, hook.Client.Str("caBundle") ?? ""), new(url), review, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Failed(url, "context deadline exceeded");
        }
        catch (HttpRequestException broken)
        {
            throw Failed(url, WhyBroken(broken), broken);
        }
    }

    public void Dispose() => _connections.Dispose();

    private static async Task<JsonObject> PostAsync(HttpMessageInvoker http, Uri url, JsonObject review, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(review, Canonical.Relaxed)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-apiserver-admission");
        request.Headers.Accept.Add(new("application/json"));
        using var response = await http.SendAsync(request, stop);
        if ((int)response.StatusCode is < 200 or > 206)
        {
            throw new WebhookCallException($"failed to call webhook: {WhyRefused(response.StatusCode)}");
        }

        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, stop);
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(stop)) as JsonObject ?? throw new WebhookCallException("failed to call webhook: couldn't get version/kind; json parse error: the answer is not an object");
        }
        catch (JsonException wrong)
        {
            throw new WebhookCallException($"failed to call webhook: couldn't get version/kind; json parse error: {wrong.Message}", wrong);
        }
    }

    private static string WhyRefused(HttpStatusCode code) => code switch
    {
        HttpStatusCode.NotFound => "the server could not find the requested resource",
        HttpStatusCode.BadRequest => "the server rejected our request for an unknown reason",
        >= HttpStatusCode.InternalServerError => "an error on the server (\"unknown\") has prevented the request from succeeding",
        _ => $"the server responded with the status code {((int)code).ToString(CultureInfo.InvariantCulture)} but did not return more information",
    };

    private static string WhyBroken(HttpRequestException broken)
    {
        for (Exception? cause = broken; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case UntrustedCertificateException:
                    return cause.Message;
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "dial tcp: connect: connection refused";
                default:
                    break;
            }
        }

        return broken.HttpRequestError == HttpRequestError.ResponseEnded ? "EOF" : broken.Message;
    }

    private static WebhookCallException Failed(string url, string why, Exception? inner = null) => new($"failed to call webhook: Post \"{url}\": {why}", inner);
}
