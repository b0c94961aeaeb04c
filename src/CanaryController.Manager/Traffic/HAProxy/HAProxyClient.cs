using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>What the commands of one exchange were answered, one text each, or why there is no answer.</summary>
/// <param name="Texts">As many as commands, without the blank line at their end; empty with a problem.</param>
/// <param name="Problem">What went wrong, in one sentence; null when all were answered.</param>
internal readonly record struct ProxyAnswer(IReadOnlyList<string> Texts, string? Problem);

/// <summary>
/// Speaks HAProxy's runtime API: one connection an exchange, one line of commands on it, which HAProxy carries out one after the other and then closes. Each exchange has its own deadline;
/// what goes wrong is a value.
/// </summary>
internal sealed class HAProxyClient(HAProxyOptions options, TimeProvider time)
{
    /// <summary>An answer larger than this is refused: a backend of 10,000 servers fits well.</summary>
    public const int MaxAnswerBytes = 16 << 20;

    /// <summary>A line fits into HAProxy's buffer (<c>tune.bufsize</c>, 16,384 bytes unless set) with room to spare.</summary>
    public const int MaxLineCharacters = 8_000;

    private readonly EndPoint _endPoint = options.Socket is { } path ? new UnixDomainSocketEndPoint(path) : HAProxyOptionsValidator.HostAndPort(options.Address!)!;

    /// <summary>The proxy's name in the configuration.</summary>
    public string Name => options.Name;

    /// <summary>Sends <paramref name="commands"/>, in as few lines as they fit into. A line that is not answered ends it.</summary>
    /// <param name="commands">At least one.</param>
    /// <param name="doing">What for, in words that fit behind "did not".</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ProxyAnswer> AskAsync(IReadOnlyList<string> commands, string doing, CancellationToken cancellation)
    {
        var texts = new List<string>(commands.Count);
        for (var index = 0; index < commands.Count;)
        {
            var (count, length) = (1, commands[index].Length);
            while (index + count < commands.Count && length + 2 + commands[index + count].Length <= MaxLineCharacters)
            {
                length += 2 + commands[index + count].Length;
                count++;
            }

            var answer = await ExchangeAsync([.. commands.Skip(index).Take(count)], doing, cancellation);
            if (answer.Problem is not null)
            {
                return answer;
            }

            texts.AddRange(answer.Texts);
            index += count;
        }

        return new(texts, null);
    }

    private async Task<ProxyAnswer> ExchangeAsync(IReadOnlyList<string> commands, string doing, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var socket = options.Socket is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(_endPoint, either.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("; ", commands) + "\n"), either.Token);
            return await ReadAsync(stream, commands.Count, doing, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"HAProxy '{Name}' did not {doing} within {options.Timeout.TotalSeconds:0.###} s.");
        }
        catch (SocketException wrong)
        {
            return Failed($"HAProxy '{Name}' cannot be reached at {options.Place}: {Reason(wrong)}");
        }
        catch (IOException wrong)
        {
            return Failed($"HAProxy '{Name}' did not {doing}: {wrong.Message}");
        }
    }

    /// <summary>Each answer ends with a blank line, and none holds one. After the last HAProxy closes.</summary>
    private async Task<ProxyAnswer> ReadAsync(NetworkStream stream, int count, string doing, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + read > MaxAnswerBytes)
            {
                return Failed($"HAProxy '{Name}' answered more than {MaxAnswerBytes >> 20} MB when asked to {doing}.");
            }

            await body.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        var texts = new List<string>(count);
        var start = 0;
        while (texts.Count < count && start < text.Length)
        {
            var end = text[start] == '\n' ? start : text.IndexOf("\n\n", start, StringComparison.Ordinal);
            if (end < 0)
            {
                break;
            }

            texts.Add(text[start..end]);
            start = end == start ? end + 1 : end + 2;
        }

        return texts.Count == count && start == text.Length
            ? new(texts, null)
            : Failed($"HAProxy '{Name}' did not {doing}: its answer is cut off, or not one of its runtime API.");
    }

    private static ProxyAnswer Failed(string problem) => new([], problem);

    private static string Reason(SocketException wrong) => wrong.SocketErrorCode switch
    {
        SocketError.AccessDenied => "this process may not open the socket; give it the socket's group, or set user, group and mode at the stats socket line.",
        SocketError.ConnectionRefused => "nobody listens there.",
        SocketError.AddressNotAvailable => "there is no such socket.",
        _ => wrong.Message,
    };
}
