using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.ConsulKubernetes;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>Splits by a ServiceSplitter whose subsets a ServiceResolver has.</summary>
public sealed class ConsulKubernetesTests
{
    [Fact]
    public async Task The_subsets_are_in_Consul_before_the_splitter_names_them()
    {
        var rig = ConsulKubernetesRig.Ready();
        var waiting = await rig.ApplyAsync(0);
        Assert.Equal(("canary=v1, stable=v1", "- 100"), (rig.Subsets(), rig.Splits()));
        Assert.Equal("Waits until consul-k8s has written ServiceResolver shop/shop into Consul.", waiting.Route.Problem);

        rig.Sync();
        await rig.ApplyAsync(0);
        Assert.Equal("stable 100, canary 0", rig.Splits());
        Assert.False((await rig.ReadAsync()).Route.Accepted);
        rig.Sync();
        var settled = await rig.ReadAsync();
        Assert.Equal((RouteRig.Split(0), true), (settled.Route.Applied, settled.Route.Accepted));
    }

    [Fact]
    public async Task The_canarys_subset_leads_to_its_pods_once_one_is_ready_and_gets_nothing_before()
    {
        var rig = ConsulKubernetesRig.Ready();
        await rig.SettleAsync(0);
        rig.Pins("v1", "v2");
        rig.Endpoints("shop-canary", "v1", ready: 2);
        Assert.Contains("Waits for a ready pod of v2", (await rig.ApplyAsync(5)).Route.Problem, StringComparison.Ordinal);
        Assert.Equal(("canary=v1, stable=v1", "stable 100, canary 0"), (rig.Subsets(), rig.Splits()));

        rig.CanaryIsReady();
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        await rig.SettleAsync(0);
        Assert.Equal("canary=v2, stable=v1", rig.Subsets());
        var settled = await rig.SettleAsync(12.34m);
        Assert.Equal(("stable 87.66, canary 12.34", true), (rig.Splits(), settled.Route.Accepted));
        Assert.Equal(RouteRig.Split(12.34m), settled.Route.Applied);
    }

    [Fact]
    public async Task A_split_counts_once_consul_k8s_has_written_it_and_an_abort_waits_for_that_too()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        var aborted = await rig.ApplyAsync(0);
        Assert.Equal(("stable 100, canary 0", false), (rig.Splits(), aborted.Route.Accepted));
        rig.Sync();
        Assert.True((await rig.ReadAsync()).Route.Accepted);
    }

    [Fact]
    public async Task Of_a_change_in_the_second_of_the_last_answer_the_next_answer_could_not_be_told()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        rig.Answer(ConsulKubernetesRig.Splitter, "True");
        await rig.ApplyAsync(10);
        rig.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.True((await rig.ReadAsync()).Route.Accepted);
        rig.Answer(ConsulKubernetesRig.Splitter, "False", "Bad request.");
        var refused = await rig.ReadAsync();
        Assert.Equal((false, "Consul does not take ServiceSplitter shop/shop: Bad request."), (refused.Route.Accepted, refused.Route.Problem));
    }

    [Fact]
    public async Task What_keeps_a_canary_from_requests_never_keeps_a_weight_from_falling()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(50);
        rig.Kube.Change(ConsulKubernetesRig.Resolver, "shop", item => item["spec"]!["redirect"] = new JsonObject { ["service"] = "other" });
        rig.Answer(ConsulKubernetesRig.Resolver, "False", "no");
        await rig.ApplyAsync(0);
        Assert.Equal("stable 100, canary 0", rig.Splits());
        Assert.Contains("redirects to other", (await rig.ApplyAsync(5)).Route.Problem, StringComparison.Ordinal);
        Assert.Equal("stable 100, canary 0", rig.Splits());
    }

    [Theory]
    [InlineData("""{"splits": [{"weight": 60}, {"weight": 40, "service": "other"}]}""", "stable 57, canary 3, other 40")]
    [InlineData("""{"splits": [{"weight": 100, "service": "shop", "responseHeaders": {"set": {"x": "y"}}}]}""", "stable 95, canary 5")]
    [InlineData("""{"splits": [{"weight": 100, "serviceSubset": "stable"}, {"weight": 0, "serviceSubset": "canary"}]}""", "stable 95, canary 5")]
    public async Task Splits_of_others_stay_and_the_sum_is_100(string before, string after)
    {
        var rig = ConsulKubernetesRig.Ready(before);
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        Assert.Equal(after, rig.Splits());
    }

    [Theory]
    [InlineData("""{"splits": [{"weight": 100, "serviceSubset": "mine"}]}""")]
    [InlineData("""{"splits": [{"weight": 100, "namespace": "team"}]}""")]
    [InlineData("""{"splits": [{"weight": 100, "service": "other"}]}""")]
    public async Task A_splitter_that_does_not_send_to_the_service_as_a_whole_is_told(string spec)
    {
        var rig = ConsulKubernetesRig.Ready(spec);
        var reading = await rig.ApplyAsync(0);
        Assert.Equal("No list of ServiceSplitter shop/shop sends to Service shop: write a split {weight: 100} into the lists that are to be divided.", reading.Route.Problem);
    }

    [Fact]
    public async Task Without_a_resolver_nothing_is_divided_and_the_fix_is_told()
    {
        var rig = new ConsulKubernetesRig();
        rig.Kube.Put(ConsulKubernetesRig.Splitter, ConsulKubernetesRig.Body("ServiceSplitter", """{"splits": [{"weight": 100}]}"""));
        rig.Pins("v1", "v1");
        Assert.Equal("ServiceResolver shop/shop does not exist: create it, with spec: {}.", (await rig.ApplyAsync(0)).Route.Problem);
        Assert.Equal("- 100", rig.Splits());
    }

    [Fact]
    public async Task What_others_undo_is_written_again_and_named_after_three_times()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        for (var round = 0; round < 3; round++)
        {
            rig.Kube.Change(ConsulKubernetesRig.Resolver, "shop", item => item["spec"]!["subsets"]!["canary"]!["filter"] = "");
            Assert.Null((await rig.ReadAsync()).Route.Applied);
            await rig.ApplyAsync(5);
            rig.Time.Advance(TimeSpan.FromSeconds(10));
            await rig.ApplyAsync(5);
            Assert.Equal("canary=v2, stable=v1", rig.Subsets());
        }

        Assert.Contains((await rig.ReadAsync()).Conditions, condition => condition.Message.Contains("changed the subsets of ServiceResolver shop/shop 3 times", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", "v1", "{}")]
    [InlineData("""{"subsets": {"old": {"filter": "x"}}}""", "v1", """{"subsets": {"old": {"filter": "x"}}}""")]
    [InlineData("""{"subsets": {"stable": {"filter": "Service.Meta.version == 1", "onlyPassing": true}}}""", "v1", """{"subsets": {"stable": {"onlyPassing": true, "filter": "Service.Meta.version == 1"}}}""")]
    [InlineData("""{"subsets": {"stable": {"filter": "Service.Meta.version == 1", "onlyPassing": true}}}""", "v2", """{"subsets": {"stable": {"onlyPassing": true}}}""")]
    public async Task Leaving_gives_everything_back_and_never_an_expression_of_a_version_that_is_gone(string before, string stable, string after)
    {
        var rig = ConsulKubernetesRig.Ready(resolver: before);
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, stable, CancellationToken.None));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(after), rig.Kube.Find(ConsulKubernetesRig.Resolver, "shop")["spec"]), rig.Kube.Find(ConsulKubernetesRig.Resolver, "shop")["spec"]!.ToJsonString());
        Assert.Equal("- 100", rig.Splits());
        foreach (var kind in (ObjectKind[])[ConsulKubernetesRig.Resolver, ConsulKubernetesRig.Splitter])
        {
            Assert.Equal("team", Assert.Single(rig.Kube.Find(kind, "shop")["metadata"]!["annotations"]!.AsObject()).Key);
        }
    }

    [Fact]
    public void A_filter_chooses_the_pods_of_one_ReplicaSet()
    {
        Assert.Equal("Service.Meta[\"pod-name\"] matches \"^shop-7c9f5d-[a-z0-9]{5}$\"", PodFilter.Of("shop-7c9f5d"));
        Assert.Equal("Service.Meta[\"pod-name\"] matches \"^shop[.]eu-cc-7c9f5d-[a-z0-9]{5}$\"", PodFilter.Of("shop.eu-cc-7c9f5d"));
        Assert.Equal(58, PodFilter.Of(new string('a', 70)).Split('^')[1].Split('[')[0].Length);
    }
}
