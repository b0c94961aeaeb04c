using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

/// <summary>The same against a real control plane, which <c>CANARY_TEST_KUBECONFIG</c> names; skipped without.</summary>
public sealed class RealApiServerTests : IAsyncLifetime
{
    private readonly string? _kubeconfig = Environment.GetEnvironmentVariable("CANARY_TEST_KUBECONFIG");
    private readonly string _name = $"canary-test-{Guid.NewGuid():N}"[..20];
    private ServiceProvider? _services;

    private IKubeApi Api => _services!.GetRequiredService<IKubeApi>();

    public ValueTask InitializeAsync()
    {
        if (_kubeconfig is { Length: > 0 })
        {
            var options = new KubernetesOptions { Kubeconfig = _kubeconfig, Namespaces = ["default"] };
            var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
            services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
            services.AddKubernetesClient(options);
            services.AddInformer<Thing>(ObjectKind.Service, item => new(ObjectMeta.Read(item), ""));
            services.AddInformer<Other>(new("nothing.example", "v1", "nothings", "Nothing"), item => new(ObjectMeta.Read(item)));
            _services = services.BuildServiceProvider();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    [Fact]
    public async Task Objects_are_followed_and_changed_on_conditions()
    {
        Assert.SkipUnless(_services is not null, "CANARY_TEST_KUBECONFIG names no cluster.");
        var cancellation = TestContext.Current.CancellationToken;
        var informers = _services.GetRequiredService<Informers>();
        var changes = Channel.CreateUnbounded<string>();
        _services.GetRequiredService<ObjectCache<Thing>>().Changed += (before, after) =>
        {
            if ((after ?? before)!.Meta.Name.Name == _name)
            {
                changes.Writer.TryWrite(after?.Meta.ResourceVersion ?? "gone");
            }
        };
        await informers.StartAsync(cancellation);
        await informers.WhenSyncedAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, cancellation);
        Assert.Contains(_services.GetRequiredService<IObjectCache<Thing>>().All, service => service.Meta.Name.Name == "kubernetes");
        Assert.Empty(_services.GetRequiredService<IObjectCache<Other>>().All);

        var name = new ObjectName("default", _name);
        var body = JsonNode.Parse($$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{_name}}"},"spec":{"ports":[{"port":80}]} }""")!.AsObject();
        var created = await Api.CreateAsync(ObjectKind.Service, "default", body, cancellation);
        Assert.True(created.IsDone, created.Problem);
        var (uid, version) = ((string)created.Body!["metadata"]!["uid"]!, (string)created.Body["metadata"]!["resourceVersion"]!);
        Assert.Equal(version, await NextAsync());
        Assert.Equal(KubeOutcome.AlreadyExists, (await Api.CreateAsync(ObjectKind.Service, "default", body, cancellation)).Outcome);

        var patched = await Api.PatchAsync(ObjectKind.Service, name, JsonPatch.At(version).Add("/metadata/annotations", new JsonObject { ["a/b"] = "1" }), cancellation);
        Assert.True(patched.IsDone, patched.Problem);
        Assert.Equal((string?)patched.Body!["metadata"]!["resourceVersion"], await NextAsync());
        Assert.Equal(KubeOutcome.Conflict, (await Api.PatchAsync(ObjectKind.Service, name, JsonPatch.At(version).Add("/metadata/annotations/c", "1"), cancellation)).Outcome);
        Assert.Equal(KubeOutcome.Invalid, (await Api.PatchAsync(ObjectKind.Service, name, new JsonPatch().Test("/spec/ports/0/port", 81), cancellation)).Outcome);
        Assert.Equal(KubeOutcome.Invalid, (await Api.PatchAsync(ObjectKind.Service, name, new JsonPatch().Replace("/spec/ports/0/port", 0), cancellation)).Outcome);
        Assert.Equal(KubeOutcome.NotFound, (await Api.GetAsync(ObjectKind.Service, new("default", "none"), cancellation)).Outcome);

        Assert.Equal(KubeOutcome.Conflict, (await Api.DeleteAsync(ObjectKind.Service, name, "another", cancellation)).Outcome);
        var deleted = await Api.DeleteAsync(ObjectKind.Service, name, uid, cancellation);
        Assert.True(deleted.IsDone, deleted.Problem);
        Assert.Equal("gone", await NextAsync());
        Assert.Empty(informers.Problems);
        await informers.StopAsync(cancellation);

        Task<string> NextAsync() => changes.Reader.ReadAsync(cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, cancellation);
    }

    [Fact]
    public async Task A_lease_is_taken_renewed_and_given_back()
    {
        Assert.SkipUnless(_services is not null, "CANARY_TEST_KUBECONFIG names no cluster.");
        var cancellation = TestContext.Current.CancellationToken;
        using var first = Elector("first");
        using var second = Elector("second");
        await first.StartAsync(cancellation);
        await first.WhenLeaderAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, cancellation);
        await second.StartAsync(cancellation);
        var before = await LeaseAsync();
        JsonNode? after = before;
        for (var look = 0; look < 100 && JsonNode.DeepEquals(after["spec"], before["spec"]); look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            after = await LeaseAsync();
        }

        Assert.NotEqual((string?)before["spec"]!["renewTime"], (string?)after["spec"]!["renewTime"]);
        Assert.False(second.IsLeader);

        await first.StopAsync(cancellation);
        var stopped = TimeProvider.System.GetTimestamp();
        await second.WhenLeaderAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, cancellation);
        Assert.InRange(TimeProvider.System.GetElapsedTime(stopped).TotalSeconds, 0, 3);
        Assert.Equal(("first-1", "second-2"), (first.Token, second.Token));
        await second.StopAsync(cancellation);
        var lease = await LeaseAsync();
        Assert.Equal("", (string?)lease["spec"]!["holderIdentity"]);
        await Api.DeleteAsync(ObjectKind.Lease, new("default", _name), (string)lease["metadata"]!["uid"]!, cancellation);

        async Task<JsonObject> LeaseAsync() => (await Api.GetAsync(ObjectKind.Lease, new("default", _name), cancellation)).Body!;
    }

    private LeaderElector Elector(string holder) =>
        new(Api, new(new("default", _name), holder), TimeProvider.System, new Random(1), NullLogger<LeaderElector>.Instance);

    private sealed record Other(ObjectMeta Meta) : ICached
    {
        public IReadOnlyList<string> IndexKeys => [];
    }
}
