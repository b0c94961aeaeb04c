using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace CanaryController.Cli.Controller;

/// <summary>
/// Speaks the controller's HTTP API. Every request ends within <see cref="Timeout"/>, tries included; only reads are tried again by themselves.
/// What goes wrong becomes a <see cref="CliException"/> that says what to do.
/// </summary>
internal sealed class ControllerClient : IRolloutApi
{
    /// <summary>How long one call may take, tries included.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int MaxTries = 3;
    private const int MaxAnswerBytes = 64 << 20;

    private readonly SocketsHttpHandler _sockets;
    private readonly ResilienceHandler _resilience;
    private readonly HttpClient _http;
    private readonly ConnectionSettings _settings;
    private readonly TimeProvider _time;

    public ControllerClient(ConnectionSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        var retryReads = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MaxTries - 1,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        };
        retryReads.DisableForUnsafeHttpMethods();
        _sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy meant for the world outside never gets to see what is meant for this machine.
            UseProxy = !settings.Url.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(retryReads).Build();
        _resilience = new ResilienceHandler(pipeline) { InnerHandler = _sockets };
        _http = new HttpClient(_resilience)
        {
            BaseAddress = settings.Url,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("canaryctl", ProductVersion.Text));
    }

    /// <inheritdoc/>
    public Task<RolloutList> ListAsync(string @namespace, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"v1/namespaces/{Uri.EscapeDataString(@namespace)}/rollouts", null, ApiJson.Default.RolloutList, null, cancellation);

    /// <inheritdoc/>
    public Task<RolloutView> GetAsync(RolloutKey key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, Path(key), null, ApiJson.Default.RolloutView, key, cancellation);

    /// <inheritdoc/>
    public Task<HistoryView> HistoryAsync(RolloutKey key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, Path(key) + "/history", null, ApiJson.Default.HistoryView, key, cancellation);

    /// <summary>Asks for something. The request's id makes it safe to send again.</summary>
    public Task<CommandResponse> CommandAsync(RolloutKey key, CommandRequest command, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, Path(key) + "/commands", JsonSerializer.Serialize(command, ApiJson.Default.CommandRequest), ApiJson.Default.CommandResponse, key, cancellation);

    /// <inheritdoc/>
    public Task<FreezeList> FreezesAsync(string @namespace, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, Freezes(@namespace), null, ApiJson.Default.FreezeList, null, cancellation);

    /// <inheritdoc/>
    public Task<FreezeView> FreezeAsync(string @namespace, FreezeRequest freeze, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, Freezes(@namespace), JsonSerializer.Serialize(freeze, ApiJson.Default.FreezeRequest), ApiJson.Default.FreezeView, null, cancellation);

    /// <inheritdoc/>
    public Task<FreezeList> EndFreezeAsync(string @namespace, string name, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, $"{Freezes(@namespace)}/{Uri.EscapeDataString(name)}", null, ApiJson.Default.FreezeList, null, cancellation);

    /// <inheritdoc/>
    public Task<GateView> GateAsync(RolloutKey key, GateQuestion question, CancellationToken cancellation) => GateAsync(key, question, null, TimeSpan.Zero, cancellation);

    /// <summary>Asks at a rollout's gate.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="after">The sequence of the answer before; null at first.</param>
    /// <param name="wait">How long the answer may take.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<GateView> GateAsync(RolloutKey key, GateQuestion question, long? after, TimeSpan wait, CancellationToken cancellation)
    {
        var revision = question.Revision is { } text ? $"&revision={Uri.EscapeDataString(text)}" : "";
        var since = after is { } sequence ? $"&after={sequence}" : "";
        var path = $"{Path(key)}/gate?for={question.Goal.Text()}&wait={DurationText.Format(wait)}{revision}{since}{(question.Known ? "&known=true" : "")}";
        return SendAsync(HttpMethod.Get, path, null, ApiJson.Default.GateView, key, cancellation, Timeout + wait);
    }

    /// <inheritdoc/>
    public IRolloutFeed Follow(RolloutKey key, GateQuestion question) => new GateFeed(this, key, question, _time);

    /// <inheritdoc/>
    public IRolloutFeed Follow(RolloutKey key) => new ControllerFeed(this, key, _time);

    /// <summary>The stream of a rollout's transitions; open until it is disposed of.</summary>
    public async Task<Stream> EventsAsync(RolloutKey key, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, $"v1/events?namespace={Uri.EscapeDataString(key.Namespace)}&name={Uri.EscapeDataString(key.Name)}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStreamAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _resilience.Dispose();
        _sockets.Dispose();
    }

    private static string Freezes(string @namespace) => $"v1/namespaces/{Uri.EscapeDataString(@namespace)}/freezes";

    private static string Path(RolloutKey key) => $"v1/namespaces/{Uri.EscapeDataString(key.Namespace)}/rollouts/{Uri.EscapeDataString(key.Name)}";

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (_settings.CurrentToken() is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, string? body, JsonTypeInfo<T> type, RolloutKey? key, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var limit = patience ?? Timeout;
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        HttpStatusCode status;
        string text;
        try
        {
            using var request = Request(method, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/problem+json"));
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            status = answer.StatusCode;
            text = await answer.Content.ReadAsStringAsync(either.Token);
        }
        catch (OperationCanceledException cancelled) when (!cancellation.IsCancellationRequested)
        {
            throw Failure.NoAnswer(_settings, $"no answer within {limit.TotalSeconds:0} s", method, cancelled);
        }
        catch (HttpRequestException failed)
        {
            throw Failure.NoAnswer(_settings, (failed.InnerException ?? failed).Message, method, failed);
        }

        if (status != HttpStatusCode.OK)
        {
            throw key is { } missing && status == HttpStatusCode.NotFound
                ? await NotFoundAsync(missing, cancellation)
                : Failure.Answered(_settings, status, text);
        }

        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException wrong)
        {
            throw Failure.NotAController(_settings, wrong);
        }
    }

    private async Task<CliException> NotFoundAsync(RolloutKey key, CancellationToken cancellation)
    {
        foreach (var place in (string[])["-", key.Namespace])
        {
            try
            {
                var there = await ListAsync(place, cancellation);
                return Failure.NotFound(_settings, key, [.. there.Items.Select(rollout => new RolloutKey(rollout.Namespace, rollout.Name))]);
            }
            catch (CliException refused) when (refused.Code == ExitCode.Forbidden)
            {
                // Not everywhere, perhaps here.
            }
        }

        return new(ExitCode.NotFound, $"There is no rollout '{key.Name}' in the namespace '{key.Namespace}' at {_settings}.");
    }
}
