using System.Net;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Objects that are there in thousands of copies from the start.</summary>
public sealed class SeedTests
{
    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"shop-$(copy)","namespace":"space-$(group)","uid":"u-$(copy)","generation":3,"labels":{"app":"shop-$(copy)"}},"spec":{"replicas":2},"status":{"replicas":2}}
        """;

    [Fact]
    public async Task Copies_stand_as_they_were_given_with_a_version_each()
    {
        await using var client = await SeededAsync(45);

        var (code, body) = await client.GetAsync("apis/apps/v1/deployments?labelSelector=app%3Dshop-00021");
        Assert.Equal(HttpStatusCode.OK, code);
        var found = Assert.Single((JsonArray)body["items"]!)!;
        Assert.Equal(("space-00001", "u-00021", 3, 2), ((string)found["metadata"]!["namespace"]!, (string)found["metadata"]!["uid"]!, (int)found["metadata"]!["generation"]!, (int)found["status"]!["replicas"]!));
        Assert.Null(found["kind"]);
        var all = (JsonArray)(await client.GetAsync("apis/apps/v1/deployments")).Body["items"]!;
        Assert.Equal(45, all.Select(each => (string)each!["metadata"]!["resourceVersion"]!).Distinct().Count());
        Assert.Equal(3, ((JsonArray)(await client.GetAsync("api/v1/namespaces")).Body["items"]!).Count(each => ((string)each!["metadata"]!["name"]!).StartsWith("space-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Copies_are_listed_page_by_page_and_changed_like_any_object()
    {
        await using var client = await SeededAsync(45);

        var (seen, next) = (0, "");
        do
        {
            var page = (await client.GetAsync($"apis/apps/v1/deployments?limit=20{(next.Length == 0 ? "" : $"&continue={next}")}")).Body;
            seen += ((JsonArray)page["items"]!).Count;
            Assert.Equal(45 - seen, (int?)page["metadata"]!["remainingItemCount"] ?? 0);
            next = (string?)page["metadata"]!["continue"] ?? "";
        }
        while (next.Length > 0);

        Assert.Equal(45, seen);
        var path = "apis/apps/v1/namespaces/space-00000/deployments/shop-00007/status";
        Assert.Equal(HttpStatusCode.OK, (await client.MergeAsync(path, """{"status":{"replicas":1}}""")).Code);
    }

    [Fact]
    public async Task The_request_log_is_served_to_those_who_run_it_as_a_process()
    {
        await using var client = await Client.StartAsync();
        await client.GetAsync(Client.ConfigMaps);

        var lines = (await client.Http.GetStringAsync(new Uri("stub/requests", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var line = JsonNode.Parse(Assert.Single(lines))!;
        Assert.Equal(("list", "core/configmaps", 200, "tester/1.0"), ((string)line["verb"]!, (string)line["resource"]!, (int)line["status"]!, (string)line["userAgent"]!));
    }

    private static Task<Client> SeededAsync(int copies)
    {
        const string Namespace = """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"space-$(group)"}}""";
        return Client.StartAsync(new() { Seeds = [new([Namespace, Deployment], copies)] });
    }
}
