using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>Connections to webhooks, kept by where they go and whom they trust.</summary>
internal sealed class WebhookConnections : IDisposable
{
    private const int MaxKept = 64;
    private readonly Dictionary<(int? Port, string CaBundle), HttpMessageInvoker> _kept = [];
    private readonly Lock _gate = new();

    public HttpMessageInvoker To(WebhookAddress address, string caBundle)
    {
        lock (_gate)
        {
            var key = (address.LoopbackPort, caBundle);
            if (!_kept.TryGetValue(key, out var kept))
            {
                if (_kept.Count == MaxKept)
                {
                    // Calls under way end by themselves: a handler is only forgotten here.
                    _kept.Clear();
                }

                _kept[key] = kept = new(Handler(address.LoopbackPort, caBundle));
            }

            return kept;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var kept in _kept.Values)
            {
                kept.Dispose();
            }

            _kept.Clear();
        }
    }

    private static SocketsHttpHandler Handler(int? loopbackPort, string caBundle)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10) };
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) => Check(sender, certificate, chain, errors, caBundle);
        if (loopbackPort is { } port)
        {
            handler.ConnectCallback = (_, stop) => ConnectAsync(port, stop);
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string caBundle)
    {
        if (certificate is not X509Certificate2 served)
        {
            throw new UntrustedCertificateException("tls: no certificate was presented");
        }

        if (caBundle != "" ? !IsTrusted(served, chain, caBundle) : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            throw new UntrustedCertificateException("x509: certificate signed by unknown authority");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var names = served.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())));
            throw new UntrustedCertificateException($"x509: certificate is valid for {string.Join(", ", names)}, not {(sender as SslStream)?.TargetHostName}");
        }

        return true;
    }

    private static bool IsTrusted(X509Certificate2 served, X509Chain? sent, string caBundle)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        try
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(caBundle)));
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException)
        {
            throw new UntrustedCertificateException("unable to load root certificates: unable to parse bytes as PEM block", wrong);
        }

        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(served);
    }
}

/// <summary>A webhook's certificate is none to trust.</summary>
internal sealed class UntrustedCertificateException(string message, Exception? inner = null) : Exception(message, inner);
