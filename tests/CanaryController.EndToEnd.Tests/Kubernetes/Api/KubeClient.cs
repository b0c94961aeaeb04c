using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Api;

/// <summary>The test's own way to the API server, as its users have it: nothing is retried, nothing is interpreted.</summary>
internal sealed class KubeClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly string? _token;
    private readonly X509Certificate2? _certificate;

    /// <summary>Connects by a kubeconfig with certificates or a token.</summary>
    /// <param name="kubeconfig">The file.</param>
    /// <param name="user">Who is impersonated; null = nobody.</param>
    /// <param name="group">The group that <paramref name="user"/> is in: of the default one whoever may do everything. .NET sends two in one header, which the API server takes for one.</param>
    public KubeClient(string kubeconfig, string? user = null, string group = "system:masters")
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);
        _server = new(configuration.Host.TrimEnd('/') + "/");
        var tls = new SslClientAuthenticationOptions();
        if (configuration.SslCaCerts is { Count: > 0 } authorities)
        {
            tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        _certificate = Certificate(configuration);
        if (_certificate is { } certificate)
        {
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        _http = new(new SocketsHttpHandler { SslOptions = tls, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        if (configuration.AccessToken is { Length: > 0 } token)
        {
            _token = token;
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (user is not null)
        {
            _http.DefaultRequestHeaders.Add("Impersonate-User", user);
            _http.DefaultRequestHeaders.Add("Impersonate-Group", group);
        }
    }

    /// <summary>Where the server listens.</summary>
    public Uri Server => _server;

    public Task<KubeAnswer> GetAsync(KubeKind kind, string? ns, string name, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, kind.Path(ns, name), null, null, cancellation);

    /// <summary>Who the server takes the kubeconfig's user for.</summary>
    public async Task<string> UserAsync(CancellationToken cancellation)
    {
        if (_token is null)
        {
            return _certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? throw new InvalidOperationException("The kubeconfig has neither a token nor a certificate.");
        }

        var review = new JsonObject { ["apiVersion"] = KubeKind.TokenReview.ApiVersion, ["kind"] = KubeKind.TokenReview.Kind, ["spec"] = new JsonObject { ["token"] = _token } };
        return (await CreateAsync(KubeKind.TokenReview, null, review, cancellation)).Done().Text("status", "user", "username") ?? "";
    }

    public async Task<JsonObject> ListAsync(KubeKind kind, string? ns, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Get, kind.Path(ns), null, null, cancellation)).Done();

    public Task<KubeAnswer> CreateAsync(KubeKind kind, string? ns, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"{kind.Path(ns)}?fieldManager=e2e", body, "application/json", cancellation);

    /// <summary>A JSON merge patch (RFC 7386).</summary>
    public Task<KubeAnswer> MergeAsync(KubeKind kind, string? ns, string name, JsonNode patch, CancellationToken cancellation, string? subresource = null) =>
        SendAsync(HttpMethod.Patch, $"{kind.Path(ns, name, subresource)}?fieldManager=e2e", patch, "application/merge-patch+json", cancellation);

    /// <summary>A strategic merge patch, as <c>kubectl apply</c> sends it for kinds that the server has built in.</summary>
    public Task<KubeAnswer> StrategicAsync(KubeKind kind, string? ns, string name, JsonNode patch, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{kind.Path(ns, name)}?fieldManager=kubectl-client-side-apply", patch, "application/strategic-merge-patch+json", cancellation);

    /// <summary>A JSON Patch (RFC 6902), as <c>kubectl rollout undo</c> sends it.</summary>
    public Task<KubeAnswer> JsonPatchAsync(KubeKind kind, string? ns, string name, JsonArray patch, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{kind.Path(ns, name)}?fieldManager=kubectl-rollout", patch, "application/json-patch+json", cancellation);

    /// <summary>As <c>kubectl replace</c>: the whole object, whatever its version.</summary>
    public Task<KubeAnswer> ReplaceAsync(KubeKind kind, string? ns, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, $"{kind.Path(ns, body.Name())}?fieldManager=kubectl-replace", body, "application/json", cancellation);

    /// <summary>A server-side apply.</summary>
    public Task<KubeAnswer> ApplyAsync(KubeKind kind, string? ns, JsonObject body, bool force, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{kind.Path(ns, body.Name())}?fieldManager=gitops&force={(force ? "true" : "false")}", body, "application/apply-patch+yaml", cancellation);

    public Task<KubeAnswer> DeleteAsync(KubeKind kind, string? ns, string name, CancellationToken cancellation, string propagation = "Background") =>
        SendAsync(HttpMethod.Delete, kind.Path(ns, name), new JsonObject { ["propagationPolicy"] = propagation }, "application/json", cancellation);

    /// <summary>All changes of a kind in a namespace after <paramref name="version"/>, until the server ends the stream.</summary>
    public async IAsyncEnumerable<(string Type, JsonObject Item)> WatchAsync(KubeKind kind, string ns, string version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server, $"{kind.Path(ns)}?watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds=600"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length > 0 && JsonNode.Parse(line) is JsonObject happened)
            {
                yield return (happened.Text("type") ?? "", (JsonObject)happened["object"]!);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static X509Certificate2? Certificate(KubernetesClientConfiguration configuration)
    {
        var certificate = Pem(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = Pem(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? data, string? file) =>
        data is { Length: > 0 } ? Encoding.UTF8.GetString(Convert.FromBase64String(data)) : file is { Length: > 0 } ? File.ReadAllText(file) : null;

    private async Task<KubeAnswer> SendAsync(HttpMethod method, string path, JsonNode? body, string? mediaType, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(_server, path));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType!);
        }

        using var response = await _http.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return new($"{method} {path}", response.StatusCode, text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : new JsonObject { ["message"] = text });
    }
}

/// <summary>What the server said.</summary>
internal sealed record KubeAnswer(string Request, HttpStatusCode Status, JsonObject Body)
{
    public bool IsDone => (int)Status < 300;

    public bool IsNotFound => Status is HttpStatusCode.NotFound;

    /// <summary>The object; fails the test when the server refused.</summary>
    public JsonObject Done() => IsDone ? Body : throw new InvalidOperationException($"{Request}: {(int)Status} {Body.Text("message")}");
}
