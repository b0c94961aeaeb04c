using System.Net;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Lists and watches.</summary>
public sealed class WatchingTests
{
    private static string ConfigMap(string name, string labels = "") => """{"metadata":{"name":"NAME","labels":{LABELS}}}""".Replace("NAME", name, StringComparison.Ordinal).Replace("LABELS", labels, StringComparison.Ordinal);

    private static string Seen(System.Text.Json.Nodes.JsonNode? line) => $"{line!["type"]} {line["object"]!["metadata"]!["name"]}";

    [Fact]
    public async Task A_watch_goes_on_from_a_version()
    {
        await using var client = await Client.StartAsync();
        var (_, first) = await client.PostAsync(Client.ConfigMaps, ConfigMap("a"));
        await client.PostAsync(Client.ConfigMaps, ConfigMap("b"));
        using var watch = await client.WatchAsync($"{Client.ConfigMaps}?watch=true&resourceVersion={first["metadata"]!["resourceVersion"]}");
        Assert.Equal("ADDED b", Seen(await watch.NextAsync()));
        await client.DeleteAsync($"{Client.ConfigMaps}/a");
        Assert.Equal("DELETED a", Seen(await watch.NextAsync()));
    }

    [Fact]
    public async Task What_stops_to_match_a_watchs_selector_is_deleted_for_it()
    {
        await using var client = await Client.StartAsync();
        using var watch = await client.WatchAsync($"{Client.ConfigMaps}?watch=true&labelSelector=x%3Dy");
        await client.PostAsync(Client.ConfigMaps, ConfigMap("a", "\"x\":\"y\""));
        Assert.Equal("ADDED a", Seen(await watch.NextAsync()));
        await client.MergeAsync($"{Client.ConfigMaps}/a", """{"metadata":{"labels":{"x":"z"}}}""");
        Assert.Equal("DELETED a", Seen(await watch.NextAsync()));
    }

    [Fact]
    public async Task Bookmarks_come_to_those_who_asked_and_tell_the_latest_version()
    {
        await using var client = await Client.StartAsync();
        using var watch = await client.WatchAsync($"{Client.ConfigMaps}?watch=true&allowWatchBookmarks=true");
        await client.PostAsync(Client.Deployments, Client.Deployment("other"));
        client.Server.Faults.SendBookmarks();
        var line = await watch.NextAsync();
        Assert.Equal(("BOOKMARK", client.Server.ResourceVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)), ((string)line!["type"]!, (string)line["object"]!["metadata"]!["resourceVersion"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_from_a_forgotten_version_is_expired(bool asStatus)
    {
        await using var client = await Client.StartAsync(new() { ExpiredAsStatus = asStatus });
        var version = client.Server.ResourceVersion;
        client.Server.Faults.ExpireHistory();
        using var watch = await client.WatchAsync($"{Client.ConfigMaps}?watch=true&resourceVersion={version}");
        var line = await watch.NextAsync();
        Assert.Equal(asStatus ? HttpStatusCode.Gone : HttpStatusCode.OK, watch.Code);
        Assert.Equal(410, (int)(asStatus ? line! : line!["object"]!)["code"]!);
    }

    [Fact]
    public async Task The_pages_of_a_list_show_one_moment()
    {
        await using var client = await Client.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await client.PostAsync(Client.ConfigMaps, ConfigMap(name));
        }

        var (_, first) = await client.GetAsync($"{Client.ConfigMaps}?limit=2");
        await client.DeleteAsync($"{Client.ConfigMaps}/c");
        var next = $"{Client.ConfigMaps}?limit=2&continue={first["metadata"]!["continue"]}";
        var (_, second) = await client.GetAsync(next);
        client.Server.Faults.ExpireHistory();
        Assert.Equal(["c"], second["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!));
        Assert.Equal(HttpStatusCode.Gone, (await client.GetAsync(next)).Code);
    }

    [Theory]
    [InlineData("labelSelector=x%3Dy", "a")]
    [InlineData("labelSelector=x!%3Dy", "b c")]
    [InlineData("labelSelector=x+in+(y,z)", "a b")]
    [InlineData("labelSelector=!x", "c")]
    [InlineData("fieldSelector=metadata.name%3Db", "b")]
    public async Task Selectors_select(string query, string names)
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.ConfigMaps, ConfigMap("a", "\"x\":\"y\""));
        await client.PostAsync(Client.ConfigMaps, ConfigMap("b", "\"x\":\"z\""));
        await client.PostAsync(Client.ConfigMaps, ConfigMap("c"));
        var (_, list) = await client.GetAsync($"{Client.ConfigMaps}?{query}");
        Assert.Equal(names, string.Join(' ', list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!)));
    }
}
