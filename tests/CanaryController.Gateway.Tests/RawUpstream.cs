using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CanaryController.Gateway.Tests;

/// <summary>A version that answers each connection with the same bytes, whether they are HTTP or not, and closes it.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public RawUpstream()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Latin-1: a character is a byte.</summary>
    public string Answer { get; set; } = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /// <summary>The last request's head, Latin-1.</summary>
    public string Seen { get; private set; } = "";

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                Seen = await ReadHeadAsync(stream);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer));
            }
            catch (IOException)
            {
                // The gateway went away first, which some tests want.
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var (head, buffer) = (new StringBuilder(), new byte[8192]);
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is var read and > 0)
        {
            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return head.ToString();
    }
}
