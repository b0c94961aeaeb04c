using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Kubernetes.Client;
using k8s;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

/// <summary>The real server with TLS, asked as the API server asks. The clock stands still.</summary>
internal sealed class AdmissionBed : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly KubeConnection _connection = new(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" });
    private readonly KubeBed _kube = new("http://127.0.0.1:1");
    private readonly ILoggerFactory _loggers;
    private readonly CertificatePair _authority = CertificateMaker.Authority(TimeProvider.System.GetUtcNow());
    private readonly AdmissionServer _server;
    private readonly OwnIdentity _self;
    private HttpClient? _client;

    public AdmissionBed(IEnumerable<IAdmissionHook> hooks, bool isSynced = true, string? user = "system:serviceaccount:canary:controller")
    {
        var options = new AdmissionOptions { Listen = new("https://127.0.0.1:0"), User = user };
        _self = new(options, _connection, _kube.Api, new Backoff(new Random(1)), Time, _kube.Log.For<OwnIdentity>());
        var desk = new AdmissionDesk(hooks, new Informers([new FixedInformer(isSynced)]), _self, _kube.Log.For<AdmissionDesk>());
        Serving = new(_kube.Log.For<ServingCertificate>());
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(new Workloads.Lines(ServerLog)));
        _server = new(options, desk, new(Metrics.WithCustomRegistry(_kube.Registry)), Serving, Time, _loggers);
        Serve();
    }

    public FakeTimeProvider Time { get; } = new(Now);

    public ServingCertificate Serving { get; }

    public IEnumerable<string> Log => _kube.Log.Lines;

    /// <summary>What Kestrel says.</summary>
    public ConcurrentQueue<string> ServerLog { get; } = [];

    /// <summary>The client trusts what the bundle would say, and the name is checked.</summary>
    public HttpClient Client => _client ??= Connect(_authority.Certificate);

    public async Task<AdmissionBed> StartAsync()
    {
        await _server.StartAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public void Serve()
    {
        var leaf = CertificateMaker.Leaf(_authority, ["127.0.0.1"], TimeProvider.System.GetUtcNow());
        Serving.Offer(leaf.Certificate, leaf.Key);
    }

    public HttpClient Connect(string authority)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority));
        return new(handler) { BaseAddress = new(_server.Address), Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, HttpContent content)
    {
        using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string json)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return PostAsync(path, content);
    }

    /// <summary>The answer's <c>response</c>.</summary>
    public async Task<JsonObject> ReviewAsync(string path, JsonObject review)
    {
        var (status, body) = await PostAsync(path + "?timeout=2s", review.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, status);
        var answer = JsonNode.Parse(body)!;
        Assert.Equal(("admission.k8s.io/v1", "AdmissionReview"), ((string?)answer["apiVersion"], (string?)answer["kind"]));
        Assert.Equal((string?)review["request"]!["uid"], (string?)answer["response"]!["uid"]);
        return answer["response"]!.AsObject();
    }

    public async Task<string> MetricsAsync()
    {
        using var text = new MemoryStream();
        await _kube.Registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        _self.Dispose();
        await _kube.DisposeAsync();
        _connection.Dispose();
        _loggers.Dispose();
    }

    private sealed class FixedInformer(bool isSynced) : IInformer
    {
        public ObjectKind Kind => ObjectKind.Rollout;

        public bool IsSynced => isSynced;

        public IReadOnlyList<string> Problems => [];

        public Task WhenSyncedAsync(CancellationToken cancellation) => Task.CompletedTask;

        public Task RunAsync(CancellationToken stopping) => Task.CompletedTask;
    }
}

/// <summary>Makes reviews.</summary>
internal static class Reviews
{
    public static JsonObject Of(string kind, JsonObject? item, JsonObject? old = null, string user = "alice", string operation = "CREATE", string ns = "shop") => new()
    {
        ["apiVersion"] = "admission.k8s.io/v1",
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = $"review-of-{user}",
            ["kind"] = new JsonObject { ["group"] = "canarycontroller.io", ["version"] = "v1alpha1", ["kind"] = kind },
            ["operation"] = operation,
            ["namespace"] = ns,
            ["name"] = (string?)item?["metadata"]?["name"],
            ["userInfo"] = new JsonObject { ["username"] = user, ["uid"] = "id-" + user, ["groups"] = new JsonArray("system:authenticated", "sre") },
            ["object"] = item?.DeepClone(),
            ["oldObject"] = old?.DeepClone(),
            ["dryRun"] = false,
        },
    };

    public static AdmissionRequest Request(JsonObject review)
    {
        using var document = System.Text.Json.JsonDocument.Parse(review.ToJsonString());
        Assert.True(AdmissionReview.TryRead(document.RootElement.Clone(), out var request, out var problem), problem);
        return request!;
    }
}

/// <summary>A hook that answers as told.</summary>
internal sealed class ToldHook(string path, Func<AdmissionRequest, AdmissionAnswer> decide, bool failsOpen = true) : IAdmissionHook
{
    public string Path => path;

    public bool FailsOpen => failsOpen;

    public int Asked { get; private set; }

    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        Asked++;
        return decide(request);
    }
}
