using System.Text.Json.Nodes;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Tests.Traffic.ConsulKubernetes;
using CanaryController.Manager.Tests.Traffic.Istio;
using CanaryController.Manager.Tests.Traffic.Kinds;
using CanaryController.Manager.Tests.Workloads;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>What is told of a rollout by the objects that it led, when neither its text nor its status tells it.</summary>
public sealed class RemainsTests
{
    private readonly CacheMemory<RolloutObject> _rollouts = new();
    private readonly CacheMemory<DeploymentObject> _deployments = new();
    private readonly CacheMemory<ReplicaSetObject> _sets = new();
    private readonly CacheMemory<HolderObject> _holders = new();
    private readonly CacheMemory<ServiceObject> _services = new();
    private readonly CacheMemory<RouteObject> _routes = new(), _virtualServices = new(), _proxies = new(), _splitters = new();
    private readonly CacheMemory<DestinationRuleObject> _rules = new();
    private readonly CacheMemory<IngressObject> _ingresses = new();
    private readonly CacheMemory<ServiceResolverObject> _resolvers = new();

    private ClusterRemains Remains => new(
        _rollouts, _deployments, _sets, _holders, _services,
        new([new(RouteKinds.HttpRoute, _routes), new(RouteKinds.VirtualService, _virtualServices), new(RouteKinds.HttpProxy, _proxies), new(RouteKinds.ServiceSplitter, _splitters)]), _rules, _ingresses, _resolvers);

    [Fact]
    public void A_ServiceSplitter_is_found_by_the_subsets_that_its_resolver_notes()
    {
        See(new WorkloadRun(ClusterModel.With(4)).Adopted().Cluster);
        _splitters.Put(ConsulKubernetesRig.Project(ConsulKubernetesRig.Body(
            "ServiceSplitter", """{"splits": [{"weight": 50, "serviceSubset": "stable"}, {"weight": 50, "serviceSubset": "canary"}]}""", "checkout")));
        var resolver = ConsulKubernetesRig.Body("ServiceResolver", "{}", "checkout");
        resolver["metadata"]!["annotations"]!["canarycontroller.io/original"] = """{"hadSubsets":false,"chosen":"x"}""";
        _resolvers.Put(ConsulKubernetesRig.ProjectResolver(resolver));
        var left = Remains.Of(Broken("checkout"))!.Content;
        Assert.Equal((RouterType.Consul, "checkout"), (left.Resource.Spec.Traffic.Router, left.Resource.Spec.Traffic.Consul?.Service));
        Assert.Equal(["checkout"], left.Target.Cluster!.Routes.Select(each => each.Name));
        Assert.Equal(new("checkout", "stable", "canary"), left.Target.Cluster.Subsets);
    }

    [Theory]
    [InlineData("at rest", 1)]
    [InlineData("under way", 1)]
    [InlineData("aborted", 1)]
    [InlineData("promoted", 2)]
    public void What_is_left_of_a_Deployments_rollout_is_enough_to_give_everything_back(string when, int stable)
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Verdict = when == "aborted" ? Verdict.Failed : Verdict.Passed;
        if (when != "at rest")
        {
            run.Cluster.Ask(2);
            run.Settle(when == "under way" ? 4 : 150);
        }

        See(run.Cluster);
        _routes.Put(RouteRig.Project(RouteRig.Route("web", """[{"backendRefs": [{"name": "checkout-stable", "weight": 50}, {"name": "checkout-canary", "weight": 50}]}]""")));
        _routes.Put(RouteRig.Project(RouteRig.Route("blog", """[{"backendRefs": [{"name": "blog"}]}]""")));
        var left = Remains.Of(Broken("checkout"))!;
        Assert.Equal(("checkout", "checkout"), (left.Content.Resource.Spec.Workload.Name, left.Content.Target.Cluster!.Service));
        Assert.Equal(["web"], left.Content.Target.Cluster.Routes.Select(each => each.Name));
        Assert.Equal(run.Stable, left.State.StableRevision);
        Assert.Equal(when == "under way" ? run.State.CanaryRevision : null, when == "under way" ? left.State.CanaryRevision : null);

        run.Lose(left.State);
        run.Deleted = true;
        run.Settle();
        run.AssertWhole();
        Assert.True(run.IsForgotten, run.Tell());
        run.Controllers.Settle();
        Assert.False(run.Cluster.Deployment!.IsPaused);
        Assert.Equal(ClusterModel.Template(stable), run.Cluster.Deployment.Template);
        Assert.Empty(run.Cluster.Holders);
        Assert.Equal(["checkout"], run.Cluster.Services.Keys);
        Assert.Equal(4, run.Cluster.Sets.Values.Sum(set => set.Replicas));
    }

    [Theory]
    [InlineData(false, """{"destination": {"host": "checkout-stable"}, "weight": 50}, {"destination": {"host": "checkout-canary"}, "weight": 50}""")]
    [InlineData(true, """{"destination": {"host": "checkout", "subset": "old"}, "weight": 50}, {"destination": {"host": "checkout", "subset": "new"}, "weight": 50}""")]
    public void VirtualServices_are_found_by_the_versions_hosts_or_by_the_subsets_that_their_DestinationRule_notes(bool bySubset, string destinations)
    {
        See(new WorkloadRun(ClusterModel.With(4)).Adopted().Cluster);
        _virtualServices.Put(IstioRig.Project(IstioRig.Body($$"""{"http": [{"route": [{{destinations}}]}]}""")));
        _virtualServices.Put(IstioRig.Project(IstioRig.Body("""{"http": [{"route": [{"destination": {"host": "blog", "subset": "old"}}]}]}""", name: "blog")));
        if (bySubset)
        {
            var rule = IstioRig.Body("""{"host": "checkout", "subsets": []}""", "DestinationRule", "parts");
            rule["metadata"]!["annotations"]!["canarycontroller.io/original"] = """{"stable":"old","canary":"new","subsets":[],"hadSubsets":true}""";
            _rules.Put(IstioRig.ProjectRule(rule));
        }

        var left = Remains.Of(Broken("checkout"))!.Content;
        Assert.Equal(RouterType.Istio, left.Resource.Spec.Traffic.Router);
        Assert.Equal(["web"], left.Target.Cluster!.Routes.Select(each => each.Name));
        Assert.Equal(bySubset ? new("parts", "old", "new") : null, left.Target.Cluster.Subsets);
    }

    [Theory]
    [InlineData("at rest", 1)]
    [InlineData("under way", 1)]
    [InlineData("aborted", 1)]
    [InlineData("promoted", 2)]
    public void Where_pods_are_the_weight_the_note_on_the_apex_tells_what_it_was(string when, int stable)
    {
        var run = new WorkloadRun(ClusterModel.With(4, isByPodCount: true)).Adopted();
        run.Verdict = when == "aborted" ? Verdict.Failed : Verdict.Passed;
        if (when != "at rest")
        {
            run.Cluster.Ask(2);
            run.Settle(when == "under way" ? 4 : 150);
        }

        See(run.Cluster);
        var asked = new AskedRatio(run.Stable!, when == "under way" ? run.State.CanaryRevision : null, when == "under way" ? 25 : 0, null);
        _services.Put(run.Cluster.Services["checkout"] with
        {
            Meta = run.Cluster.NewMeta("web") with { Annotations = new Dictionary<string, string> { [RouteAnnotations.Split] = asked.ToString() } },
        });
        _routes.Put(RouteRig.Project(RouteRig.Route("web", """[{"backendRefs": [{"name": "web"}]}]""")));

        // Neither the router nor the Service is believed from a broken text, which may name what was meant for something new.
        var left = Remains.Of(Project("checkout", """{"workload": {"kind": "Deployment", "name": "other"}, "service": {"name": "other"}}"""))!;
        Assert.Equal((RouterType.ReplicaRatio, "web", 0), (left.Content.Target.Cluster!.Router, left.Content.Target.Cluster.Service, left.Content.Target.Cluster.Routes.Count));
        Assert.Equal("checkout", left.Content.Resource.Spec.Workload.Name);
        Assert.Equal(run.Stable, left.State.StableRevision);
        Assert.Equal(run.State.Phase.IsAtRest() ? null : run.State.CanaryRevision, run.State.Phase.IsAtRest() ? null : left.State.CanaryRevision);

        run.Lose(left.State);
        run.Deleted = true;
        run.Settle();
        run.AssertWhole();
        Assert.True(run.IsForgotten, run.Tell());
        run.Controllers.Settle();
        Assert.False(run.Cluster.Deployment!.IsPaused);
        Assert.Equal(ClusterModel.Template(stable), run.Cluster.Deployment.Template);
        Assert.Empty(run.Cluster.Holders);
        Assert.Equal(4, run.Cluster.Sets.Values.Sum(set => set.Replicas));
    }

    [Theory]
    [InlineData("deleted", RolloutReason.Deleted)]
    [InlineData("released", RolloutReason.Released)]
    public void It_is_told_why_it_is_left(string how, RolloutReason reason)
    {
        See(new WorkloadRun(ClusterModel.With(4)).Adopted().Cluster);
        var state = Remains.Of(Project("checkout", """{"workload": {"kind": "Deployment", "name": "checkout"}}""", isDeleting: how == "deleted"))!.State;
        Assert.Equal(reason, state.Reason);
        Assert.StartsWith($"The rollout was {how}, ", state.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_objects_of_another_router_are_found_too()
    {
        See(new WorkloadRun(ClusterModel.With(4)).Adopted().Cluster);
        _proxies.Put(KindSample.HttpProxy.Seen("""{"routes": [{"services": [{"name": "checkout-stable", "port": 80, "weight": 50}, {"name": "checkout-canary", "port": 80, "weight": 50}]}]}"""));
        var cluster = Remains.Of(Broken("checkout"))!.Content.Target.Cluster!;
        Assert.Equal(RouterType.Contour, cluster.Router);
        Assert.Equal(new NamedRoute(RouteKinds.HttpProxy, "web"), Assert.Single(cluster.Routes));
    }

    [Fact]
    public void An_Ingress_that_was_made_for_a_canary_is_found_by_its_label_and_fence()
    {
        See(new WorkloadRun(ClusterModel.With(4)).Adopted().Cluster);
        foreach (var (name, fence) in new[] { ("web-canary", "a-1"), ("copy-canary", null) })
        {
            _ingresses.Put(new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["namespace"] = "shop", ["name"] = name, ["labels"] = new JsonObject { [Marks.RolloutLabel] = "checkout" },
                    ["annotations"] = fence is null ? [] : new JsonObject { [Marks.FenceAnnotation] = fence },
                },
            }.Project(IngressObject.Project)!);
        }

        var cluster = Remains.Of(Broken("checkout"))!.Content.Target.Cluster!;
        Assert.Equal(RouterType.IngressNginx, cluster.Router);
        Assert.Equal("web", Assert.Single(cluster.Ingresses));
        Assert.Null(Remains.Of(Broken("other")));
    }

    [Fact]
    public void A_Deployment_that_was_paused_and_no_more_is_found()
    {
        var model = ClusterModel.With(4);
        var meta = model.Deployment!.Meta with { Annotations = new Dictionary<string, string> { [WorkloadMarks.Held] = "checkout" } };
        _deployments.Put(model.Deployment with { Meta = meta, IsPaused = true });
        var left = Remains.Of(Broken("checkout"))!;
        Assert.Equal("checkout", left.Content.Resource.Spec.Workload.Name);
        Assert.Null(left.State.StableRevision);
    }

    [Fact]
    public void A_Deployment_that_another_rollout_leads_is_not_taken_from_it_whoever_it_is_marked_for()
    {
        var model = ClusterModel.With(4);
        _deployments.Put(model.Deployment! with { Meta = model.Deployment.Meta with { Annotations = new Dictionary<string, string> { [WorkloadMarks.Held] = "other" } } });
        Assert.NotNull(Remains.Of(Broken("other")));
        var status = RolloutStatusJson.Write(new RolloutStatus().With(new RolloutState { StableRevision = "h1" }, 1));
        _rollouts.Put(Project(
            "checkout",
            """{"workload": {"kind": "Deployment", "name": "checkout"}, "service": {"name": "checkout", "port": 80}, "traffic": {"router": "ReplicaRatio"}, "strategy": {"steps": [{"weight": 50}]}}""",
            status));
        Assert.NotEmpty(_rollouts.All[0].IndexKeys);
        Assert.Null(Remains.Of(Broken("other")));
    }

    [Fact]
    public void Nothing_is_left_of_a_rollout_that_led_nothing_whatever_its_text_names()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        See(run.Cluster);
        Assert.Null(Remains.Of(Broken("other")));
        Assert.NotNull(Remains.Of(Broken("checkout")));
    }

    [Theory]
    [InlineData(75, 25, "shop-v1", "shop-v2")]
    [InlineData(0, 100, "shop-v2", "shop-v1")]
    public void Of_External_versions_the_one_with_all_requests_is_stable_otherwise_the_one_that_was(int first, int second, string stable, string canary)
    {
        Divided(first, second);
        var left = Remains.Of(External("shop"))!;
        Assert.Equal((stable, canary, RolloutPhase.Aborting), (left.State.StableRevision, left.State.CanaryRevision, left.State.Phase));
        Assert.Equal(["web"], left.Content.Target.Cluster!.Routes.Select(each => each.Name));
    }

    [Fact]
    public void A_route_that_another_rollout_leads_is_not_taken_from_it()
    {
        Divided(75, 25);
        _rollouts.Put(External("leads", """, "strategy": {"steps": [{"weight": 25}]}"""));
        Assert.NotEmpty(_rollouts.All[0].IndexKeys);
        Assert.Null(Remains.Of(External("shop")));
    }

    [Theory]
    [InlineData("""{"stable":"shop-v1","rules":[null]}""")]
    [InlineData("""{"stable":"shop-v1","rules":[{"rule":0}]}""")]
    [InlineData("""{"stable":"shop-v1","stable":"shop-v2","rules":[]}""")]
    [InlineData("""{"stable":"shop-v1","rules":[],"owners":[{"a":1,"a":2}]}""")]
    public void A_note_on_a_route_that_cannot_be_ours_tells_nothing(string note)
    {
        var route = RouteRig.Route("web", "[]");
        route["metadata"]!["annotations"]!["canarycontroller.io/original"] = note;
        _routes.Put(RouteRig.Project(route));
        Assert.Null(Remains.Of(External("shop")));
    }

    private void Divided(int first, int second)
    {
        var route = RouteRig.Route("web", $$"""[{"backendRefs": [{"name": "shop-v1", "weight": {{first}} }, {"name": "shop-v2", "weight": {{second}} }]}]""");
        route["metadata"]!["annotations"]!["canarycontroller.io/original"] = """{"stable":"shop-v1","canary":"shop-v2","rules":[]}""";
        _routes.Put(RouteRig.Project(route));
    }

    private void See(ClusterModel cluster)
    {
        _deployments.Put(cluster.Deployment!);
        cluster.Holders.Values.ToList().ForEach(holder => _holders.Put(holder with { Meta = holder.Meta.Of("checkout") }));
        cluster.Sets.Values.ToList().ForEach(_sets.Put);
        cluster.Services.Values.ToList().ForEach(_services.Put);
    }

    private static RolloutObject Broken(string name) => Project(name, """{"workload": {"kind": "Deployment", "name": "checkout"}, "service": {"name": "checkout"}}""");

    private static RolloutObject External(string name, string more = "") => Project(
        name,
        $$$"""{"workload": {"kind": "External", "versions": {"stable": "shop-v1", "canary": "shop-v2"}}, "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "web"}]}}{{{more}}}}""");

    private static RolloutObject Project(string name, string spec, string? status = null, bool isDeleting = true) => new JsonObject
    {
        ["apiVersion"] = Rollout.ApiVersionText,
        ["kind"] = Rollout.KindText,
        ["metadata"] = new JsonObject
        {
            ["namespace"] = "shop", ["name"] = name, ["uid"] = name, ["resourceVersion"] = "7", ["creationTimestamp"] = "2026-01-01T00:00:00Z",
            ["deletionTimestamp"] = isDeleting ? "2026-01-02T00:00:00Z" : null,
        },
        ["spec"] = JsonNode.Parse(spec),
        ["status"] = status is null ? null : JsonNode.Parse(status),
    }.Project(RolloutObject.Project);
}
