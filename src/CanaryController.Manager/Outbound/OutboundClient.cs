using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Outbound;

/// <summary>
/// Sends requests to addresses that stand in the texts of users. Each name is resolved, and each address checked by <see cref="OutboundPolicy"/>, at the moment of the connection, so that a name that changes its
/// address meanwhile gains nothing. Redirects are not followed, proxies and cookies not used, time and size are bounded. It tries once, and never throws but when it is cancelled.
/// </summary>
internal sealed class OutboundClient : IDisposable
{
    private const int MaxAddresses = 8;
    private const int MaxAnswerBytes = 1 << 20;
    private const int MaxHeadersKilobytes = 16;
    private const int MaxConnectionsAServer = 8;

    private readonly OutboundPolicy _policy;
    private readonly IHostAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;

    public OutboundClient(OutboundOptions options, IHostAddresses addresses, TimeProvider time)
    {
        (_policy, _addresses, _time) = (new(options.Allow), addresses, time);
        _handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            MaxConnectionsPerServer = MaxConnectionsAServer,
            // A name that leads elsewhere now is looked up again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        };
        _http = new(_handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new("canary-controller", CommandLine.Version.Split('+')[0]));
    }

    /// <summary>Sends <paramref name="request"/> once.</summary>
    public async Task<OutboundAnswer> SendAsync(OutboundRequest request, CancellationToken cancellation)
    {
        var host = OutboundPolicy.HostOf(request.Url);
        if (_policy.Refusal(request.Url) is { } refusal)
        {
            return new(OutboundOutcome.NotAllowed, 0, refusal + ".");
        }

        using var deadline = new CancellationTokenSource(request.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await ExchangeAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(OutboundOutcome.TimedOut, 0, string.Create(CultureInfo.InvariantCulture, $"{host} did not answer within {request.Timeout.TotalSeconds:0.###} s."));
        }
        catch (HttpRequestException wrong) when (Refused(wrong) is { } refused)
        {
            return new(OutboundOutcome.NotAllowed, 0, refused.Message);
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException)
        {
            // The exception's own words could repeat the whole address.
            var why = wrong is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } ? error.ToString() : wrong.GetType().Name;
            return new(OutboundOutcome.Unreachable, 0, $"{host} cannot be reached, or the answer broke off ({why}).");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private async Task<OutboundAnswer> ExchangeAsync(OutboundRequest request, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(request.IsGet ? HttpMethod.Get : HttpMethod.Post, request.Url);
        if (!request.IsGet)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var block = new byte[Math.Min(request.MaxAnswerBytes, MaxAnswerBytes)];
        var length = await stream.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellation);
        return new(OutboundOutcome.Answered, (int)response.StatusCode, null) { RetryAfter = RetryAfter(response.Headers.RetryAfter), Body = block.AsMemory(0, length) };
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? value)
    {
        var rest = value?.Delta ?? (value?.Date is { } date ? date - _time.GetUtcNow() : null);
        return rest is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : rest;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var name = host.Trim('[', ']');
        var found = IPAddress.TryParse(name, out var literal) ? [literal] : await _addresses.FindAsync(host, cancellation);
        var (refusal, failure) = (default(string), default(SocketException));
        foreach (var address in found.Take(MaxAddresses))
        {
            if (_policy.Refusal(name, address) is { } why)
            {
                refusal ??= why;
                continue;
            }

            try
            {
                return await ConnectAsync(new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, context.DnsEndPoint.Port), cancellation);
            }
            catch (SocketException wrong)
            {
                failure ??= wrong;
            }
        }

        throw failure is not null ? failure : refusal is not null ? new TargetRefusedException(refusal + ".") : new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<NetworkStream> ConnectAsync(IPEndPoint target, CancellationToken cancellation)
    {
        Socket? socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellation);
            var connected = socket;
            socket = null;
            return new NetworkStream(connected, ownsSocket: true);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private static TargetRefusedException? Refused(Exception? wrong)
    {
        for (var depth = 0; wrong is not null && depth < 8; wrong = wrong.InnerException, depth++)
        {
            if (wrong is TargetRefusedException refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>The addresses of the target are not allowed.</summary>
    private sealed class TargetRefusedException(string message) : IOException(message);
}

/// <summary>Looks names up.</summary>
internal interface IHostAddresses
{
    /// <summary>The addresses of <paramref name="host"/>.</summary>
    /// <exception cref="SocketException">There are none, or nobody says.</exception>
    Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellation);
}

/// <summary>Asks the resolver of the operating system.</summary>
internal sealed class SystemHostAddresses : IHostAddresses
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellation) => await Dns.GetHostAddressesAsync(host, cancellation);
}
