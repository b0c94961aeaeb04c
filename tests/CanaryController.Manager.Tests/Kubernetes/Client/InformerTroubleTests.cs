using static CanaryController.Manager.Tests.Kubernetes.Client.ScriptedApiServer;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class InformerTroubleTests
{
    [Fact]
    public async Task A_server_that_is_away_for_a_while_is_reported_once_and_found_again()
    {
        var first = await ScriptedApiServer.StartAsync();
        var port = new Uri(first.Url).Port;
        await first.DisposeAsync();
        await using var bed = new KubeBed($"http://127.0.0.1:{port}").Run();

        await bed.PassUntilAsync(UntilAsync(() => bed.Informer.Problems.Count > 0));
        Assert.Contains("Service objects in the whole cluster cannot be followed", Assert.Single(bed.Informer.Problems), StringComparison.Ordinal);
        Assert.False(bed.Informer.IsSynced);

        await using var server = await ScriptedApiServer.StartAsync(port);
        server.ThenList("10", [Item("a", 5)]).ThenWatch(null);
        await bed.PassUntilAsync(bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken));

        Assert.Empty(bed.Informer.Problems);
        Assert.Equal(["5001", "5002", "5000"], bed.Log.Lines.Select(line => line[..4]));
    }

    [Fact]
    public async Task A_resource_that_the_cluster_does_not_have_is_empty_and_looked_for_now_and_then()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenStatus(404, "404 page not found\n").ThenStatus(404, "404 page not found\n").ThenList("10", [Item("a", 5)]).ThenWatch(null);
        await using var bed = new KubeBed(server.Url).Run();

        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);
        Assert.True(bed.Informer.IsSynced);
        Assert.Empty(bed.Cache.All);
        await server.NextAsync();
        for (var look = 0; look < 2; look++)
        {
            Assert.InRange((await bed.PassUntilAsync(server.NextAsync(), TimeSpan.FromSeconds(1))).TotalSeconds, 28, 65);
        }

        Assert.Equal("none -> a@5", await bed.ChangeAsync());
        await server.NextAsync();
        Assert.Equal(["5003 The cluster has no services; it is looked for again about every 45 s.", "5000 1 Service objects are known in the whole cluster."], bed.Log.Lines);
        Assert.Empty(bed.Informer.Problems);
    }

    [Fact]
    public async Task A_server_that_does_not_know_a_resource_yet_does_not_take_its_objects_away()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenList("10", [Item("a", 5)]).ThenStatus(404, "").ThenStatus(404, "").ThenList("12", [Item("a", 5)]);
        server.ThenStatus(404, "").ThenStatus(404, "").ThenStatus(404, "");
        await using var bed = new KubeBed(server.Url).Run();
        for (var request = 0; request < 4; request++)
        {
            await bed.PassUntilAsync(server.NextAsync());
        }

        Assert.Equal("none -> a@5", await bed.ChangeAsync());
        Assert.Equal("a@5", bed.Names);

        var gone = bed.ChangeAsync();
        await bed.PassUntilAsync(gone);
        Assert.Equal("a@5 -> none", await gone);
    }

    [Fact]
    public async Task A_missing_permission_is_named_and_nothing_counts_as_known_meanwhile()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        const string Forbidden = "services is forbidden: User cannot list resource";
        server.ThenRefuse(403, "Forbidden", Forbidden).ThenRefuse(403, "Forbidden", Forbidden).ThenList("10", []).ThenWatch(null);
        await using var bed = new KubeBed(server.Url, namespaces: ["shop"]).Run();
        Assert.Equal("GET /api/v1/namespaces/shop/services?limit=100", await server.NextAsync());
        await bed.PassUntilAsync(server.NextAsync());

        Assert.False(bed.Informer.IsSynced);
        var line = Assert.Single(bed.Log.Lines);
        Assert.StartsWith("5001 The API server does not let us follow services in namespace shop: the verbs get, list and watch on services have to be allowed there.", line, StringComparison.Ordinal);
        Assert.Contains(Forbidden, line, StringComparison.Ordinal);

        await bed.PassUntilAsync(bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken));
        Assert.Empty(bed.Informer.Problems);
    }

    [Fact]
    public async Task Every_namespace_has_to_be_listed_before_a_kind_is_known()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url, namespaces: ["a", "b"]).Run();
        server.ThenList("10", []);

        // The first namespace's watch and the second one's list come in any order.
        string[] asked = [await server.NextAsync(), await server.NextAsync(), await server.NextAsync()];
        Assert.Equal(
            ["GET /api/v1/namespaces/a/services?limit=100", "GET /api/v1/namespaces/b/services?limit=100"],
            asked.Where(request => !request.Contains("watch=true", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.False(bed.Informer.IsSynced);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_rest_is_left_alone_that_long()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenRefuse(429, "TooManyRequests", "please wait", retryAfter: 7).ThenList("10", []);
        await using var bed = new KubeBed(server.Url).Run();
        await server.NextAsync();
        Assert.InRange((await bed.PassUntilAsync(server.NextAsync(), TimeSpan.FromMilliseconds(100))).TotalSeconds, 6.9, 8);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
