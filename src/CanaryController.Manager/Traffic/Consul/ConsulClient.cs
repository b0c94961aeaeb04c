using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>Speaks Consul's HTTP API v1 to one agent. Each request has its own deadline; what goes wrong is a value.</summary>
internal sealed class ConsulClient(HttpClient http, ConsulOptions options, TimeProvider time)
{
    /// <summary>An answer larger than this is refused: some 10,000 instances of one service fit.</summary>
    public const int MaxAnswerBytes = 32 << 20;

    private const int MaxText = 500;
    private const string TokenHeader = "X-Consul-Token";
    private const string IndexHeader = "X-Consul-Index";
    private const string FilteredHeader = "X-Consul-Results-Filtered-By-ACLs";
    private const string Rights = "The token needs service = write and intentions = read for the service, service_prefix and node_prefix = read.";

    private readonly Uri _base = EndpointUrl.Base(options.Url);
    private readonly BearerTokenFile _token = new(options.TokenFile);

    /// <summary>The agent's name in the configuration.</summary>
    public string Name => options.Name;

    /// <summary>The namespace of the services; null = the token's own.</summary>
    public string? Namespace => options.Namespace;

    /// <summary>Their admin partition; null = the agent's own.</summary>
    public string? Partition => options.Partition;

    /// <summary>How long a blocking read may take: Consul adds up to a sixteenth to what it was asked to wait.</summary>
    public TimeSpan Patience(TimeSpan wait) => wait + (wait / 16) + options.Timeout;

    /// <summary>Reads.</summary>
    /// <param name="path">The path below <c>/v1/</c>, with its query if it has one.</param>
    /// <param name="doing">What that is for, to be said when it fails: <c>read the instances of shop</c>.</param>
    /// <param name="after">Answer only once something is newer than this index, but no later than after the wait; null = at once.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ConsulAnswer> GetAsync(string path, string doing, (ulong Index, TimeSpan Wait)? after, CancellationToken cancellation)
    {
        var blocking = after is { } from ? Invariant($"index={from.Index}&wait={from.Wait.TotalMilliseconds:0}ms") : null;
        var deadline = after is { } asked ? Patience(asked.Wait) : options.Timeout;
        var reply = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(path, blocking)), doing, deadline, cancellation);
        return reply switch
        {
            { Problem: { } problem } => ConsulAnswer.Unknown(problem),

            // Consul leaves out what the token may not read: an instance that is not shown must not count as gone.
            { IsFiltered: true } => ConsulAnswer.Unknown($"Consul '{Name}' left something out when asked to {doing}, because its token may not read it. {Rights}"),

            // Consul gives an index with a 404 of its own; one without it comes from somebody else.
            { Status: HttpStatusCode.NotFound, Index: > 0 } => new(null, reply.Index, null),
            { Status: HttpStatusCode.OK, Body: { } body } => new(body, reply.Index, null),
            _ => ConsulAnswer.Unknown($"Consul '{Name}' refused to {doing}: {Refusal(reply)}"),
        };
    }

    /// <summary>Writes an entry if it is still the one with that index; 0 = if there is none.</summary>
    public Task<ConsulWrite> PutAsync(JsonObject entry, ulong index, string doing, CancellationToken cancellation) => WriteAsync(
        () => new HttpRequestMessage(HttpMethod.Put, Address("config", Invariant($"cas={index}")))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes<JsonNode>(entry)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        },
        doing,
        cancellation);

    /// <summary>Deletes an entry if it is still the one with that index; Consul before 1.11 deletes it in any case.</summary>
    public Task<ConsulWrite> DeleteAsync(string kind, string name, ulong index, CancellationToken cancellation) => WriteAsync(
        () => new HttpRequestMessage(HttpMethod.Delete, Address($"config/{kind}/{Uri.EscapeDataString(name)}", Invariant($"cas={index}"))),
        $"delete {kind} {name}",
        cancellation,
        isDeletion: true);

    private async Task<ConsulWrite> WriteAsync(Func<HttpRequestMessage> make, string doing, CancellationToken cancellation, bool isDeletion = false)
    {
        var reply = await SendAsync(make, doing, options.Timeout, cancellation);
        return reply switch
        {
            { Problem: { } problem } => new(false, problem),
            { Status: HttpStatusCode.OK, Body: JsonValue body } when body.TryGetValue(out bool isDone) => isDone ? ConsulWrite.Done : ConsulWrite.Stale,

            // Before 1.11 Consul knows no deletion on condition: it deletes whatever there is, and answers this.
            { Status: HttpStatusCode.OK, Body: JsonObject { Count: 0 } } when isDeletion => ConsulWrite.Done,
            _ => new(false, $"Consul '{Name}' refused to {doing}: {Refusal(reply)}"),
        };
    }

    private async Task<Reply> SendAsync(Func<HttpRequestMessage> make, string doing, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var request = make();
            if (_token.Read() is { Parameter: { } token })
            {
                request.Headers.Add(TokenHeader, token);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.StatusCode is HttpStatusCode.OK
                ? new(response.StatusCode, JsonNode.Parse(body), Index(response), "", null) { IsFiltered = response.Headers.TryGetValues(FilteredHeader, out var filtered) && filtered.Contains("true") }
                : new(response.StatusCode, null, Index(response), Encoding.UTF8.GetString(body), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Reply.Failed($"Consul '{Name}' did not {doing} within {timeout.TotalSeconds:0.###} s.");
        }
        catch (HttpRequestException wrong)
        {
            return Reply.Failed($"Consul '{Name}' could not {doing}: {wrong.Message}");
        }
        catch (JsonException wrong)
        {
            return Reply.Failed($"Consul '{Name}' answered something else than its API promises when asked to {doing}: {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return Reply.Failed($"The token of Consul '{Name}' cannot be read: {wrong.Message}");
        }
    }

    private Uri Address(string path, string? query)
    {
        var all = new[] { query, Place("dc", options.Datacenter), Place("ns", options.Namespace), Place("partition", options.Partition) }.OfType<string>().ToList();
        return new(_base, all.Count == 0 ? $"v1/{path}" : $"v1/{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{string.Join('&', all)}");
    }

    private static string? Place(string name, string? value) => value is null ? null : $"{name}={Uri.EscapeDataString(value)}";

    private static ulong Index(HttpResponseMessage response) =>
        response.Headers.TryGetValues(IndexHeader, out var values) && ulong.TryParse(values.FirstOrDefault(), CultureInfo.InvariantCulture, out var index) ? index : 0;

    private static string Refusal(Reply reply)
    {
        var text = string.Join(' ', reply.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        text = text.Length > MaxText ? text[..MaxText] + "…" : text;
        return reply.Status switch
        {
            HttpStatusCode.OK => "200 with another body than its API promises.",
            HttpStatusCode.Forbidden => $"403, {(text.Length == 0 ? "permission denied" : text)}. {Rights}",
            _ => text.Length == 0 ? $"{(int)reply.Status!.Value}." : $"{(int)reply.Status!.Value}, {text}",
        };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Reply(HttpStatusCode? Status, JsonNode? Body, ulong Index, string Text, string? Problem)
    {
        public bool IsFiltered { get; init; }

        public static Reply Failed(string problem) => new(null, null, 0, "", problem);
    }
}
