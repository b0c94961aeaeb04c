using System.Net;

namespace CanaryController.Gateway.Forwarding;

/// <summary>The HTTP client towards the versions: passes on what it is given and adds nothing.</summary>
internal static class UpstreamClient
{
    /// <summary>Longest wait for a connection; a version that does not even accept is answered for with 502.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static HttpMessageInvoker Create()
    {
#pragma warning disable CA2000 // The invoker disposes its handler.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ConnectTimeout,
        };
#pragma warning restore CA2000
        return new HttpMessageInvoker(handler, disposeHandler: true);
    }
}
