using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>Objects that stand beside routes wake the rollouts that they concern, and no others.</summary>
public sealed class BesideWatchTests : IRolloutWaker, IDisposable
{
    private readonly CacheMemory<RolloutObject> _rollouts = new();
    private readonly SortedSet<string> _woken = new(StringComparer.Ordinal);
    private readonly ServiceProvider _services;

    public BesideWatchTests()
    {
        var services = new ServiceCollection().AddLinkerd().AddGatewayApi().AddIstio().AddConsulKubernetes();
        Cache<ServiceProfileObject>(services);
        Cache<BackendTlsPolicyObject>(services);
        Cache<PeerAuthenticationObject>(services);
        Cache<ServiceDetours>(services);
        Cache<ServiceIntentionsObject>(services);
        _services = services.BuildServiceProvider();
        var waker = new ClusterWaker(_rollouts, this);
        foreach (var watch in _services.GetServices<IBesideWatch>())
        {
            watch.Follow(waker);
        }

        Rollout("shop", "web", "Linkerd", """ "linkerd": {"httpRoutes": [{"name": "web"}]} """, RolloutPhase.Progressing);
        Rollout("shop", "blog", "Istio", """ "istio": {"virtualServices": [{"name": "blog"}]} """, RolloutPhase.Progressing);
        Rollout("shop", "idle", "Istio", """ "istio": {"virtualServices": [{"name": "idle"}]} """, RolloutPhase.Idle);
        Rollout("cart", "cart", "Istio", """ "istio": {"virtualServices": [{"name": "cart"}]} """, RolloutPhase.Progressing);
        Rollout("shop", "mesh", "Consul", """ "consul": {"service": "mesh"} """, RolloutPhase.Progressing);
    }

    [Fact]
    public void A_ServiceProfile_wakes_whoever_leads_its_Service_whatever_namespace_it_stands_in()
    {
        Change(Item<ServiceProfileObject>("client", "web.shop.svc.cluster.local", "{}", ServiceProfileObject.Project));
        Assert.Equal(["web"], Woken());
        Change(Item<ServiceProfileObject>("client", "other.shop.svc.cluster.local", "{}", ServiceProfileObject.Project));
        Assert.Empty(Woken());
    }

    [Fact]
    public void A_BackendTLSPolicy_wakes_those_of_the_Services_that_it_names_and_named()
    {
        Change(Item<BackendTlsPolicyObject>("shop", "tls", """{"targetRefs": [{"group": "", "kind": "Service", "name": "web-canary"}]}""", BackendTlsPolicyObject.Project));
        Assert.Equal(["web"], Woken());
        Change(Item<BackendTlsPolicyObject>("shop", "tls", """{"targetRefs": [{"group": "", "kind": "Service", "name": "blog"}]}""", BackendTlsPolicyObject.Project, version: 2));
        Assert.Equal(["blog", "web"], Woken());
    }

    [Theory]
    [InlineData("shop", "blog")]
    [InlineData("istio-system", "blog,cart")]
    [InlineData("other", "")]
    public void A_PeerAuthentication_wakes_those_under_way_in_its_namespace_and_the_meshs_all(string ns, string woken)
    {
        Change(Item<PeerAuthenticationObject>(ns, "default", """{"mtls": {"mode": "STRICT"}}""", item => PeerAuthenticationObject.Project(item, IstioApi.PeerAuthentication[0])));
        Assert.Equal(woken, string.Join(',', Woken()));
    }

    [Fact]
    public void A_ServiceRouter_wakes_its_splitters_and_ServiceIntentions_all_under_way_of_Consul()
    {
        Change(Item<ServiceDetours>("shop", "mesh", """{"routes": []}""", ServiceDetours.Project));
        Assert.Equal(["mesh"], Woken());
        Change(Item<ServiceDetours>("cart", "mesh", """{"routes": []}""", ServiceDetours.Project));
        Assert.Empty(Woken());
        Change(Item<ServiceIntentionsObject>("policies", "deny", """{"destination": {"name": "*"}}""", ServiceIntentionsObject.Project));
        Assert.Equal(["mesh"], Woken());
    }

    public void Dispose() => _services.Dispose();

    void IRolloutWaker.Wake(Resources.RolloutKey key, QueueLane lane) => _woken.Add(key.Name);

    private static void Cache<T>(IServiceCollection services)
        where T : class, ICached => services.AddSingleton(new ObjectCache<T>(NullLogger.Instance));

    private static T Item<T>(string ns, string name, string spec, Func<JsonElement, T?> project, int version = 1)
        where T : class => project(Parse($$"""{"metadata": {"namespace": "{{ns}}", "name": "{{name}}", "uid": "{{name}}", "resourceVersion": "{{version}}"}, "spec": {{spec}} }"""))!;

    private void Change<T>(T item)
        where T : class, ICached => _services.GetRequiredService<ObjectCache<T>>().Put(item);

    private List<string> Woken()
    {
        List<string> woken = [.. _woken];
        _woken.Clear();
        return woken;
    }

    private void Rollout(string ns, string name, string router, string section, RolloutPhase phase) => _rollouts.Put(RolloutObject.Project(Parse($$"""
        {
          "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "{{name}}", "namespace": "{{ns}}", "uid": "{{name}}", "resourceVersion": "1", "generation": 1},
          "spec": {
            "workload": {"kind": "Deployment", "name": "{{name}}"}, "service": {"name": "{{name}}"}, "traffic": {"router": "{{router}}", {{section}} },
            "strategy": {"steps": [{"weight": 5, "hold": "1m"}]}
          },
          "status": {{RolloutStatusJson.Write(new RolloutStatus().With(new() { Phase = phase, StableRevision = "h1", PhaseSince = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) }, 1))}}
        }
        """)));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
