using System.Net.Http.Headers;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Sends requests at the rate that is allowed, counts them, and tells the server's refusals from its silence.</summary>
internal sealed class KubeTransport(KubeConnection connection, RequestLimiter limiter, KubeMetrics metrics)
{
    private const int MaxRefusalBytes = 1 << 20;

    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");

    /// <summary>Sends a request as soon as it may.</summary>
    /// <param name="request">What is asked; its address is set here.</param>
    /// <param name="path">Path and query at the server.</param>
    /// <param name="verb">For the metric: get, list, watch, create, patch or delete.</param>
    /// <param name="kind">For the metric.</param>
    /// <param name="longestWait">How long it may wait for its turn.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A successful answer, its body unread.</returns>
    /// <exception cref="KubeRefusedException">The server answered something else.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, string path, string verb, ObjectKind kind, TimeSpan longestWait, CancellationToken cancellation)
    {
        if (!await limiter.WaitAsync(longestWait, cancellation))
        {
            throw new HttpRequestException("too many requests wait already for kubernetes.requestsPerSecond, or for the rest that the API server asked for.");
        }

        return await ContinueAsync(request, path, verb, kind, cancellation);
    }

    /// <summary>Sends a request that belongs to one which had its turn, at once. Otherwise like <see cref="SendAsync"/>.</summary>
    public async Task<HttpResponseMessage> ContinueAsync(HttpRequestMessage request, string path, string verb, ObjectKind kind, CancellationToken cancellation)
    {
        request.Headers.Accept.Add(Json);
        var response = await AnswerAsync(request, path, verb, kind, cancellation);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var code = (int)response.StatusCode;
            var rest = response.Headers.RetryAfter?.Delta;
            if (code == 429 && rest is { } asked)
            {
                limiter.HoldBack(asked);
            }

            throw new KubeRefusedException(await ReadRefusalAsync(response, code, cancellation), rest);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, string path, string verb, ObjectKind kind, CancellationToken cancellation)
    {
        var code = default(int?);
        try
        {
            var response = await connection.SendAsync(request, path, cancellation);
            code = (int)response.StatusCode;
            return response;
        }
        finally
        {
            metrics.Requested(verb, kind, code);
        }
    }

    private static async Task<KubeStatus> ReadRefusalAsync(HttpResponseMessage response, int code, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = await PooledBody.ReadAsync(stream, response.Content.Headers.ContentLength, MaxRefusalBytes, cancellation);
        return KubeStatus.Read(code, body is null ? [] : body.Span);
    }
}

/// <summary>The server answered that it will not do what was asked.</summary>
/// <param name="status">What it says.</param>
/// <param name="retryAfter">How long it asks to be left alone; null when it does not.</param>
internal sealed class KubeRefusedException(KubeStatus status, TimeSpan? retryAfter) : Exception(status.ToString())
{
    /// <summary>What the server says.</summary>
    public KubeStatus Status { get; } = status;

    /// <summary>How long it asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
