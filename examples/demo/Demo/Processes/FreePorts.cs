using System.Net;
using System.Net.Sockets;

namespace CanaryController.Examples.Demo.Processes;

/// <summary>Finds ports on 127.0.0.1 that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>That many different ports. All are held at once while looking, so that none comes twice.</summary>
    public static IReadOnlyList<int> Find(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
