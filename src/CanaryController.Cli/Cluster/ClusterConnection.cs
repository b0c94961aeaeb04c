using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CanaryController.Cli.Hosting;
using k8s;
using k8s.Authentication;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace CanaryController.Cli.Cluster;

/// <summary>
/// Requests to the API server with the kubeconfig's credentials. Credentials (exec plugins, tokens, client certificates) are KubernetesClient's. Every request ends within
/// <see cref="Timeout"/>, tries included; only reads are tried again by themselves.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    /// <summary>How long one request may take, tries included; a watch only until it begins.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int MaxTries = 3;
    private const int MaxAnswerBytes = 64 << 20;

    private readonly SocketsHttpHandler _sockets;
    private readonly ResilienceHandler _resilience;
    private readonly HttpClient _http;
    private readonly ServiceClientCredentials? _credentials;
    private readonly TimeProvider _time;

    public ClusterConnection(ClusterSettings settings, TimeProvider time)
    {
        (Settings, _time) = (settings, time);
        _credentials = Kubernetes.CreateCredentials(settings.Configuration);
        var retryReads = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MaxTries - 1,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        };
        retryReads.DisableForUnsafeHttpMethods();
        _sockets = Handler(settings);
        _resilience = new ResilienceHandler(new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(retryReads).Build()) { InnerHandler = _sockets };
        _http = new HttpClient(_resilience) { BaseAddress = settings.Server, Timeout = System.Threading.Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("canaryctl", ProductVersion.Text));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Which cluster, as whom.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>Sends a request and reads the whole answer, whatever its status is.</summary>
    /// <exception cref="CliException">No answer came.</exception>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpMethod method, string path, string? body, CancellationToken cancellation, string type = "application/json")
    {
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
            await AuthenticateAsync(request, either.Token);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(either.Token));
        }
        catch (OperationCanceledException cancelled) when (!cancellation.IsCancellationRequested)
        {
            throw ClusterFailure.NoAnswer(Settings, $"no answer within {Timeout.TotalSeconds:0} s", method, cancelled);
        }
        catch (HttpRequestException failed)
        {
            throw ClusterFailure.NoAnswer(Settings, (failed.InnerException ?? failed).Message, method, failed);
        }
    }

    /// <summary>Begins to read an answer that goes on.</summary>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await AuthenticateAsync(request, either.Token);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _resilience.Dispose();
        _sockets.Dispose();
    }

    /// <summary>
    /// A server is trusted when its certificate leads to the cluster's CA and names the host that was called; KubernetesClient's own check leaves the second half out for a private CA.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The certificate lives as long as the handler.")]
    [SuppressMessage("Security", "CA5359", Justification = "Only for a kubeconfig that says insecure-skip-tls-verify, as kubectl does.")]
    private static SocketsHttpHandler Handler(ClusterSettings settings)
    {
        var configuration = settings.Configuration;
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

        return new SocketsHttpHandler
        {
            // A redirect would carry the credentials to somebody else.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !settings.Server.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = tls,
        };
    }

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

    /// <summary>A plugin cannot be stopped, but nobody has to wait for it longer than the request may take.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Plugins and token files fail in any way they like; the request then has no answer.")]
    private async Task AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (Settings.Configuration.TlsServerName is { Length: > 0 } name)
        {
            // What TLS expects in the certificate follows this header.
            request.Headers.Host = name;
        }

        if (_credentials is null)
        {
            return;
        }

        // The credentials look at the address.
        request.RequestUri = new Uri(Settings.Server, request.RequestUri!);
        try
        {
            await _credentials.ProcessHttpRequestAsync(request, cancellation).WaitAsync(cancellation);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            throw new HttpRequestException($"the credentials cannot be had: {wrong.Message}", wrong);
        }
    }
}
