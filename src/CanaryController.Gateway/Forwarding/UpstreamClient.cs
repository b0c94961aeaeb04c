using System.Net;
using System.Text;

namespace CanaryController.Gateway.Forwarding;

/// <summary>The HTTP client towards the versions: passes on what it is given and adds nothing.</summary>
internal static class UpstreamClient
{
    /// <summary>Longest wait for a connection; a version that does not even accept is answered for with 502.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Header values pass as the bytes that they are: Latin-1 maps each byte to one character and back. Users' browsers send names and cookies in UTF-8, and
    /// refusing to pass those on would look like a failure of the version.
    /// </summary>
    public static Encoding HeaderEncoding => Encoding.Latin1;

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
            RequestHeaderEncodingSelector = static (_, _) => HeaderEncoding,
            ResponseHeaderEncodingSelector = static (_, _) => HeaderEncoding,
        };
#pragma warning restore CA2000
        return new HttpMessageInvoker(handler, disposeHandler: true);
    }
}
