using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CanaryController.Manager.Hosting;
using CanaryController.Manager.Outbound;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using YamlDotNet.Core;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>No usable way to the API server; the message is one sentence for whoever starts the process.</summary>
internal sealed class KubeConnectionException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// The way to the API server: its address, what proves who we are, and whom we trust. Kubeconfig and credentials (exec plugins, token files that are read again, client certificates)
/// are KubernetesClient's; requests are ours.
/// </summary>
internal sealed class KubeConnection : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly ServiceClientCredentials? _credentials;
    private readonly string? _serverName;

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns its handler, and is disposed of with the connection.")]
    public KubeConnection(KubernetesClientConfiguration configuration)
    {
        _server = EndpointUrl.Base(configuration.Host);
        _credentials = k8s.Kubernetes.CreateCredentials(configuration);
        _serverName = configuration.TlsServerName;
        Namespace = string.IsNullOrWhiteSpace(configuration.Namespace) ? null : configuration.Namespace.Trim();
        _http = new(Handler(configuration)) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"canary-manager/{CommandLine.Version.Split('+')[0]}");
    }

    /// <summary>The namespace of the pod or of the context; null when neither says.</summary>
    public string? Namespace { get; }

    /// <summary>The server's address, for people.</summary>
    public string Server => _server.GetLeftPart(UriPartial.Path);

    /// <summary>Finds the way: see <see cref="KubernetesOptions.Kubeconfig"/>. Runs an exec plugin when the user has one, which can take as long as the plugin does.</summary>
    /// <exception cref="KubeConnectionException">There is none, or it cannot be used.</exception>
    public static KubeConnection Open(KubernetesOptions options)
    {
        try
        {
            return new(Kubeconfig.Find(options));
        }
        catch (Exception wrong) when (wrong is KubeConfigException or KubernetesException or YamlException or IOException or UnauthorizedAccessException or FormatException
            or CryptographicException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            var from = options.Kubeconfig is { } file ? $"the kubeconfig {file}" : "KUBECONFIG, ~/.kube/config or the pod's service account";
            throw new KubeConnectionException($"kubernetes: the way to the API server cannot be had from {from}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Sends a request to a path of the server, with credentials. The answer's body is not read yet.</summary>
    /// <exception cref="HttpRequestException">No answer came, or the credentials cannot be had.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellation)
    {
        request.RequestUri = new(_server, path.TrimStart('/'));
        if (_serverName is { Length: > 0 })
        {
            // What TLS expects in the certificate follows this header.
            request.Headers.Host = _serverName;
        }

        await AuthenticateAsync(request, cancellation);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>The service account that our token names, as the API server does: <c>system:serviceaccount:NS:NAME</c>; null when we have no such token.</summary>
    /// <exception cref="HttpRequestException">The credentials cannot be had.</exception>
    public async Task<string?> ServiceAccountAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _server);
        await AuthenticateAsync(request, cancellation);
        return ServiceAccountToken.SubjectOf(request.Headers.Authorization);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration configuration)
    {
        if (configuration is { ClientCertificateData: { Length: > 0 } certificate, ClientCertificateKeyData: { Length: > 0 } key })
        {
            return X509Certificate2.CreateFromPem(Text(certificate), Text(key));
        }

        return configuration is { ClientCertificateFilePath: { Length: > 0 } certificateFile, ClientKeyFilePath: { Length: > 0 } keyFile }
            ? X509Certificate2.CreateFromPemFile(certificateFile, keyFile)
            : null;

        static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }

    /// <summary>
    /// A server is trusted when its certificate leads to the cluster's CA and names the host that was called. KubernetesClient's own check drops the second half as soon as the CA is
    /// private, so it is not used.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The certificate lives as long as the handler, and that as long as the process.")]
    [SuppressMessage("Security", "CA5359", Justification = "Only for a kubeconfig that says insecure-skip-tls-verify, as kubectl does.")]
    private static SocketsHttpHandler Handler(KubernetesClientConfiguration configuration)
    {
        var tls = new SslClientAuthenticationOptions();
        if (configuration.SkipTlsVerify)
        {
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (configuration.SslCaCerts is { Count: > 0 } authorities)
        {
            tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (ClientCertificate(configuration) is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new()
        {
            // A redirect would carry the credentials to somebody else. HTTP/1.1: a watch has a connection of its own, so that one that stalls holds up nobody.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ConnectTimeout = ConnectPatience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = tls,
            ConnectCallback = ConnectAsync,
        };
    }

    /// <summary>With keep-alives, so that a server that is gone without a word is noticed within a minute even on a quiet watch.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream owns the socket; without one it is disposed of.")]
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A plugin cannot be stopped, but nobody has to wait for it longer than his request may take.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Plugins and token files fail in any way they like; the request then has no answer.")]
    private async Task AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (_credentials is null)
        {
            return;
        }

        try
        {
            await _credentials.ProcessHttpRequestAsync(request, cancellation).WaitAsync(cancellation);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            throw new HttpRequestException($"The credentials for the API server cannot be had: {wrong.Message}", wrong);
        }
    }
}
