using System.Net.Http.Headers;
using System.Text.Json;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Which queries a query must not wait behind.</summary>
internal enum QueryLane
{
    /// <summary>The shared queries of a tick: two at once, kept for them.</summary>
    Live,

    /// <summary>Everything else: the past, the users' own queries.</summary>
    Background,
}

/// <summary>
/// Speaks the Prometheus HTTP API. Every query has a deadline, its waiting for a place included, and a largest answer; what goes wrong is a value with a sentence. The
/// token never shows in one.
/// </summary>
internal sealed class PrometheusClient : IDisposable
{
    /// <summary>An answer larger than this is refused.</summary>
    public const int MaxAnswerBytes = 64 << 20;

    private const int LivePlaces = 2;

    private readonly HttpClient _http;
    private readonly PrometheusOptions _options;
    private readonly TimeProvider _time;
    private readonly EvidenceMetrics _metrics;
    private readonly Uri _base;
    private readonly BearerTokenFile _token;
    private readonly SemaphoreSlim _live = new(LivePlaces);
    private readonly SemaphoreSlim _background;

    public PrometheusClient(HttpClient http, PrometheusOptions options, TimeProvider time, EvidenceMetrics metrics)
    {
        (_http, _options, _time, _metrics) = (http, options, time, metrics);
        _base = EndpointUrl.Base(options.Url);
        _token = new BearerTokenFile(options.BearerTokenFile);
        _background = new SemaphoreSlim(Math.Max(1, options.MaxConcurrentQueries - LivePlaces));
    }

    /// <summary>An instant query, evaluated at <paramref name="at"/> or at the provider's own now.</summary>
    public Task<QueryBody> QueryAsync(string query, DateTimeOffset? at, string kind, QueryLane lane, CancellationToken cancellation) =>
        SendAsync("api/v1/query", Form(("query", query), ("time", at is { } time ? Seconds(time) : null)), kind, lane, cancellation);

    /// <summary>A query evaluated at each step from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public Task<QueryBody> QueryRangeAsync(
        string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, string kind, CancellationToken cancellation) =>
        SendAsync(
            "api/v1/query_range",
            Form(("query", query), ("start", Seconds(from)), ("end", Seconds(to)), ("step", step.TotalSeconds.ToString("0.###"))),
            kind,
            QueryLane.Background,
            cancellation);

    /// <summary>The values of a label among the series that <paramref name="match"/> selects and that were there since <paramref name="since"/>.</summary>
    public async Task<(IReadOnlyList<string> Values, QueryResult Result)> LabelValuesAsync(
        string label, string match, DateTimeOffset since, CancellationToken cancellation)
    {
        var path = $"api/v1/label/{Uri.EscapeDataString(label)}/values?match[]={Uri.EscapeDataString(match)}&start={Seconds(since)}";
        using var answer = await SendAsync(path, null, "bounds", QueryLane.Background, cancellation);
        if (answer.Body is not { } body)
        {
            return ([], answer.Result);
        }

        try
        {
            var values = JsonSerializer.Deserialize(body.Span, PrometheusJson.Default.LabelValuesAnswer);
            return values is { Status: "success", Data: { } data }
                ? (data, QueryResult.Ok)
                : ([], new(QueryOutcome.Refused, $"Prometheus refused to name the values of label '{label}': {values?.Error ?? "no reason given"}."));
        }
        catch (JsonException wrong)
        {
            return ([], new(QueryOutcome.Malformed, $"Prometheus' answer cannot be used: {wrong.Message}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _live.Dispose();
        _background.Dispose();
        _http.Dispose();
    }

    private static string Seconds(DateTimeOffset at) => $"{at.ToUnixTimeMilliseconds() / 1000m:0.000}";

    private static FormUrlEncodedContent Form(params IEnumerable<(string Name, string? Value)> fields) =>
        new(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));

    private async Task<QueryBody> SendAsync(string path, HttpContent? form, string kind, QueryLane lane, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var places = lane == QueryLane.Live ? _live : _background;
        var answer = default(QueryBody);
        try
        {
            await places.WaitAsync(either.Token);
            try
            {
                answer = await ExchangeAsync(path, form, either.Token);
            }
            finally
            {
                places.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            answer = Bad(QueryOutcome.TimedOut, $"Prometheus did not answer within {_options.Timeout.TotalSeconds:0.###} s.");
        }
        catch (HttpRequestException wrong)
        {
            answer = Bad(QueryOutcome.Unreachable, $"Prometheus cannot be asked: {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            answer = Bad(QueryOutcome.Unreachable, $"Prometheus cannot be asked, or the answer broke off: {wrong.Message}");
        }
        finally
        {
            form?.Dispose();
        }

        _metrics.Queried(kind, answer.Result.Outcome, _time.GetElapsedTime(started));
        return answer;
    }

    private async Task<QueryBody> ExchangeAsync(string path, HttpContent? form, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, new Uri(_base, path)) { Content = form };
        request.Headers.Authorization = _token.Read();
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = await PooledBody.ReadAsync(stream, response.Content.Headers.ContentLength, MaxAnswerBytes, cancellation);
        if (body is null)
        {
            return Bad(QueryOutcome.TooLarge, $"Prometheus' answer is larger than {MaxAnswerBytes >> 20} MB.");
        }

        if (response.IsSuccessStatusCode)
        {
            return new(body, QueryResult.Ok);
        }

        using (body)
        {
            return Bad(QueryOutcome.Refused, $"Prometheus answered {(int)response.StatusCode}: {Reason(body)}");
        }
    }

    private static QueryBody Bad(QueryOutcome outcome, string problem) => new(null, new(outcome, problem));

    private static string Reason(PooledBody body)
    {
        try
        {
            var error = JsonSerializer.Deserialize(body.Span, PrometheusJson.Default.LabelValuesAnswer)?.Error;
            return error is { Length: > 0 } ? (error.Length > 300 ? error[..300] + "…" : error) : "no reason given.";
        }
        catch (JsonException)
        {
            return "the body is not its API's JSON.";
        }
    }
}

/// <summary>An answer's body, or why there is none. Dispose it.</summary>
internal readonly record struct QueryBody(PooledBody? Body, QueryResult Result) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Body?.Dispose();
}
