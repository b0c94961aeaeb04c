using System.Net;
using System.Net.Http.Headers;
using CanaryController.ApiServerStub.Faults;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>What tests can make go wrong, and count.</summary>
public sealed class FaultTests
{
    private const string ConfigMap = """{"metadata":{"name":"m"}}""";

    [Theory]
    [InlineData(FaultMoment.Before, HttpStatusCode.NotFound)]
    [InlineData(FaultMoment.After, HttpStatusCode.OK)]
    public async Task A_connection_dies_before_or_after_a_write(FaultMoment moment, HttpStatusCode then)
    {
        await using var client = await Client.StartAsync();
        using var fault = client.Server.Faults.Add(Fault.AtWrite(1, moment));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(Client.ConfigMaps, ConfigMap));
        Assert.Equal(then, (await client.GetAsync($"{Client.ConfigMaps}/m")).Code);
    }

    [Fact]
    public async Task An_unreachable_server_answers_nobody_and_cuts_watches()
    {
        await using var client = await Client.StartAsync();
        using var watch = await client.WatchAsync($"{Client.ConfigMaps}?watch=true");
        client.Server.Faults.IsUnreachable = true;
        await Assert.ThrowsAnyAsync<IOException>(watch.NextAsync);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Client.ConfigMaps));
        client.Server.Faults.IsUnreachable = false;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Client.ConfigMaps)).Code);
    }

    [Fact]
    public async Task A_verb_on_a_resource_can_be_forbidden()
    {
        await using var client = await Client.StartAsync();
        using (client.Server.Faults.Add(Fault.Forbid("create", "core/configmaps")))
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync(Client.ConfigMaps, ConfigMap)).Code);
        }

        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync(Client.ConfigMaps, ConfigMap)).Code);
    }

    [Fact]
    public async Task Every_request_is_logged()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.ConfigMaps, ConfigMap);
        await client.MergeAsync($"{Client.Deployments}/none/status", "{}");
        Assert.Equal(["create core/configmaps  201 tester/1.0", "patch apps/deployments status 404 tester/1.0"], client.Server.Requests.All.Select(request => $"{request.Verb} {request.Resource} {request.Subresource} {request.Status} {request.UserAgent}"));
    }

    [Fact]
    public async Task Only_known_tokens_are_let_in()
    {
        await using var client = await Client.StartAsync(new() { Tokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["secret"] = "admin" } });
        var unknown = (await client.GetAsync(Client.ConfigMaps)).Code;
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        var (_, review) = await client.PostAsync("apis/authentication.k8s.io/v1/tokenreviews", """{"spec":{"token":"secret"}}""");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (unknown, (await client.GetAsync(Client.ConfigMaps)).Code));
        Assert.Equal("admin", (string)review["status"]!["user"]!["username"]!);
        Assert.Contains("token: secret", client.Server.Kubeconfig, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clusters_controllers_make_pods_when_they_are_wanted()
    {
        await using var client = await Client.StartAsync(new() { Controllers = true });
        using var watch = await client.WatchAsync("api/v1/namespaces/default/pods?watch=true");
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        Assert.Equal("ADDED", (string)(await watch.NextAsync())!["type"]!);
    }
}
