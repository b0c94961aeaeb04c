using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>What is written stands up to an API server, to the rules of consul-k8s' webhook and to Consul's own.</summary>
public sealed class ConsulContractTests
{
    private const string Resolver = """{"connectTimeout": "15s", "subsets": {"old": {"filter": "Service.Meta.version == 0"}}}""";

    [Theory]
    [InlineData("""{"splits": [{"weight": 100, "responseHeaders": {"set": {"x": "y"}}}]}""", Resolver)]
    [InlineData("""{"splits": [{"weight": 100, "service": "shop"}]}""", "{}")]
    [InlineData("""{"splits": [{"weight": 60}, {"weight": 40, "service": "other"}]}""", "{}")]
    public async Task A_whole_rollout_is_taken_by_Consul_and_leaves_nothing_behind(string splitter, string resolver)
    {
        await using var server = await ConsulServer.StartAsync(splitter, resolver, TestContext.Current.CancellationToken);
        var before = (Splitter: Find(server, ConsulServer.Splitters), Resolver: Find(server, ConsulServer.Resolvers));
        foreach (var percent in (decimal[])[0, 5, 50, 100, 0])
        {
            await server.SettleAsync(percent);
        }

        await server.LeaveAsync();
        Same(before.Splitter, Find(server, ConsulServer.Splitters));
        Same(before.Resolver, Find(server, ConsulServer.Resolvers));
        Assert.Empty(server.Refusals);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(12.34)]
    [InlineData(33.33)]
    [InlineData(99.99)]
    public async Task Two_weights_sum_to_100_in_its_own_arithmetic(double percent)
    {
        await using var server = await ConsulServer.StartAsync("""{"splits": [{"weight": 100}]}""", "{}", TestContext.Current.CancellationToken);
        await server.SettleAsync((decimal)percent);
        Assert.Empty(server.Refusals);
    }

    [Theory]
    [InlineData("""{"splits": [{"weight": 90}]}""", "adds up to 90")]
    [InlineData("""{"splits": [{"weight": 50}, {"weight": 50, "service": "bad"}]}""", "twice")]
    [InlineData("""{"splits": [{"weight": 0.001}, {"weight": 99.999, "service": "other"}]}""", "0.001")]
    [InlineData("""{"splits": []}""", "at least one")]
    public async Task The_server_of_these_tests_refuses_what_consul_k8s_refuses(string spec, string why)
    {
        await using var server = await ConsulServer.StartAsync("""{"splits": [{"weight": 100}]}""", "{}", TestContext.Current.CancellationToken);
        var refused = Assert.Throws<ApiException>(() => server.Store.Create(ConsulServer.Splitters, ConsulServer.Object("ServiceSplitter", "bad", spec)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static JsonObject Find(ConsulServer server, string resource) => server.Store.Find(resource, "default", "shop")!;

    private static void Same(JsonObject before, JsonObject after)
    {
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.DoesNotContain("canarycontroller.io", after["metadata"]!["annotations"]?.ToJsonString() ?? "", StringComparison.Ordinal);
    }
}
