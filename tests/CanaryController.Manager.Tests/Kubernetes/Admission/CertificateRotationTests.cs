using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.ApiServerStub;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Kubernetes.Client;
using k8s;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

/// <summary>Secret and webhook configurations on an API server, and the one who keeps them.</summary>
public sealed class CertificateRotationTests : IAsyncLifetime
{
    private static readonly AdmissionOptions Options = new() { Listen = new("https://127.0.0.1:9443") };
    private static readonly ObjectName SecretName = new("default", Options.Secret);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(_ => { });
    private StubServer _stub = null!;
    private KubeBed _kube = null!;
    private KubeConnection _connection = null!;
    private AdmissionObjects _objects = null!;
    private ServingCertificate _serving = null!;
    private CertificateKeeper _keeper = null!;

    public async ValueTask InitializeAsync()
    {
        _stub = await StubServer.StartAsync(new StubOptions(), TestContext.Current.CancellationToken);
        _kube = new(_stub.BaseUrl.ToString());
        _connection = new(new KubernetesClientConfiguration { Host = _stub.BaseUrl.ToString(), Namespace = "default" });
        _objects = new(Options, _connection, _kube.Transport, _kube.Time, _loggers);
        _serving = new(_kube.Log.For<ServingCertificate>());
        _keeper = new(Options, _objects, _serving, _kube.Api, new SoleLeadership(), new Backoff(new Random(1)), _kube.Time, _kube.Log.For<CertificateKeeper>());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _objects.StopAsync(CancellationToken.None);
        _keeper.Dispose();
        _objects.Dispose();
        await _kube.DisposeAsync();
        _connection.Dispose();
        await _stub.DisposeAsync();
        _loggers.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public async Task An_empty_Secret_is_filled_both_configurations_trust_it_and_then_nothing_is_written()
    {
        await CreateAsync(configurations: true);
        var rest = await FollowAsync();
        var stored = StoredCertificates.Read(_objects.Secret);
        Assert.True(stored.Facts is { HasSigningKey: true, HasStampKey: true, Bundle.Count: 1 });
        Assert.Equal(stored.Facts.Bundle[0].Id, stored.Facts.Leaf!.Issuer);
        Assert.Equal([stored.Bundle, stored.Bundle], await BundlesAsync());
        Assert.InRange(rest, TimeSpan.FromHours(1), CertificatePlanner.LongestRest);

        var version = _stub.ResourceVersion;
        await PassAsync();
        Assert.Equal(version, _stub.ResourceVersion);
        Assert.DoesNotContain(_kube.Log.Lines, line => line.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Secret_that_is_not_there_is_made_where_nobodys_bundle_is_to_be_kept_too()
    {
        await FollowAsync();
        Assert.True(StoredCertificates.Read(_objects.Secret).Facts is { HasSigningKey: true, HasStampKey: true, Leaf: not null });
        Assert.Equal("Opaque", (string?)(await _kube.Api.GetAsync(ObjectKind.Secret, SecretName, default)).Body!["type"]);
    }

    [Fact]
    public async Task A_new_CA_is_trusted_for_a_while_before_it_signs_and_the_stamps_key_stays()
    {
        await CreateAsync(configurations: true);
        await FollowAsync();
        var (old, key) = (StoredCertificates.Read(_objects.Secret), _objects.StampKey);
        var due = CertificatePlanner.DueAt(old.Facts.Bundle[0].NotBefore, old.Facts.Bundle[0].NotAfter);
        _kube.Time.SetUtcNow(due.AddDays(-1));
        await PassAsync();
        _kube.Time.SetUtcNow(due);
        var rest = await PassAsync();

        var both = StoredCertificates.Read(_objects.Secret);
        Assert.Equal(old.Facts.Bundle[0].Id, both.Facts.Bundle[1].Id);
        Assert.Equal(old.Facts.Bundle[0].Id, both.Facts.Leaf!.Issuer);
        Assert.Equal([both.Bundle, both.Bundle], await BundlesAsync());
        Assert.Equal(CertificatePlanner.TrustDelay, rest);

        _kube.Time.Advance(CertificatePlanner.TrustDelay);
        await PassAsync();
        Assert.Equal(both.Facts.Bundle[0].Id, StoredCertificates.Read(_objects.Secret).Facts.Leaf!.Issuer);
        Assert.Equal(key, _objects.StampKey);
    }

    [Fact]
    public async Task A_bundle_that_somebody_else_wrote_is_written_again()
    {
        await CreateAsync(configurations: true);
        await FollowAsync();
        var kept = await _kube.Api.PatchAsync(
            ObjectKind.MutatingWebhooks, new("", Options.Configurations), new JsonPatch().Replace("/webhooks/0/clientConfig/caBundle", Convert.ToBase64String("other"u8)), default);
        Assert.True(kept.IsDone, kept.Problem);
        await UntilAsync(() => _objects.Configurations.Any(each => each.Configuration.Bundles.Contains("other")));
        await PassAsync();
        var bundle = StoredCertificates.Read(_objects.Secret).Bundle;
        Assert.Equal([bundle, bundle], await BundlesAsync());
    }

    private Task<TimeSpan> PassAsync() => _keeper.PassAsync(TestContext.Current.CancellationToken);

    /// <summary>Reads what is there, then passes once.</summary>
    private async Task<TimeSpan> FollowAsync()
    {
        await _objects.StartAsync(_stopping.Token);
        await UntilAsync(() => _objects.IsRead);
        return await PassAsync();
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        _objects.Changed += () => changes.Writer.TryWrite(true);
        while (!holds())
        {
            await changes.Reader.ReadAsync(patience.Token);
        }
    }

    private async Task CreateAsync(bool configurations)
    {
        await CreateAsync(ObjectKind.Secret, "default", new() { ["metadata"] = new JsonObject { ["name"] = Options.Secret, ["namespace"] = "default" }, ["type"] = "Opaque" });
        foreach (var kind in configurations ? new[] { ObjectKind.MutatingWebhooks, ObjectKind.ValidatingWebhooks } : [])
        {
            var webhook = new JsonObject
            {
                ["name"] = "a.canarycontroller.io",
                ["clientConfig"] = new JsonObject { ["service"] = new JsonObject { ["name"] = "canary-controller-webhook", ["namespace"] = "default", ["path"] = "/admission/rollouts" } },
                ["sideEffects"] = "None",
                ["failurePolicy"] = "Ignore",
                ["admissionReviewVersions"] = new JsonArray("v1"),
                ["rules"] = new JsonArray(),
            };
            await CreateAsync(kind, "", new() { ["metadata"] = new JsonObject { ["name"] = Options.Configurations }, ["webhooks"] = new JsonArray(webhook) });
        }
    }

    private async Task CreateAsync(ObjectKind kind, string ns, JsonObject body)
    {
        (body["apiVersion"], body["kind"]) = (kind.ApiVersion, kind.Kind);
        var answer = await _kube.Api.CreateAsync(kind, ns, body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsDone, answer.Problem);
    }

    private async Task<string[]> BundlesAsync()
    {
        List<string> bundles = [];
        foreach (var kind in new[] { ObjectKind.MutatingWebhooks, ObjectKind.ValidatingWebhooks })
        {
            var answer = await _kube.Api.GetAsync(kind, new("", Options.Configurations), TestContext.Current.CancellationToken);
            bundles.AddRange(answer.Body!["webhooks"]!.AsArray().Select(each => Encoding.UTF8.GetString(Convert.FromBase64String((string)each!["clientConfig"]!["caBundle"]!))));
        }

        return [.. bundles];
    }
}
