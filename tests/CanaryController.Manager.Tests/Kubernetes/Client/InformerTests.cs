using static CanaryController.Manager.Tests.Kubernetes.Client.ScriptedApiServer;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class InformerTests
{
    [Fact]
    public async Task A_list_fills_the_cache_and_the_watch_goes_on_from_its_version()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url, selector: "app in (a,b)").Run();
        server.ThenList("10", [Item("a", 5), Item("b", 7, "u2")]);
        server.ThenWatch(null, Event("ADDED", Item("c", 11, "u3")), Event("MODIFIED", Item("a", 12)), Event("DELETED", Item("b", 13, "u2")), Event("LATER", Item("x", 14)));

        Assert.Equal("GET /api/v1/services?limit=100&labelSelector=app%20in%20%28a%2Cb%29", await server.NextAsync());
        Assert.Equal(
            ["none -> a@5", "none -> b@7", "none -> c@11", "a@5 -> a@12", "b@7 -> none"],
            [await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync()]);
        Assert.Matches(@"^GET /api/v1/services\?watch=true&allowWatchBookmarks=true&timeoutSeconds=(2[4-9].|300)&resourceVersion=10&labelSelector=", await server.NextAsync());
        Assert.Equal("a@12 c@11", bed.Names);
        Assert.True(bed.Informer.IsSynced);
        Assert.StartsWith("canary-manager/", server.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_watch_costs_no_request()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", []).ThenWatch(null);
        await server.NextAsync();
        await server.NextAsync();

        bed.Time.Advance(TimeSpan.FromSeconds(239));

        Assert.True(server.IsQuiet);
        Assert.Empty(bed.Informer.Problems);
    }

    [Fact]
    public async Task Pages_are_read_to_the_last_before_anything_is_decided_by_what_is_missing()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        var last = new TaskCompletionSource();
        server.ThenList("10", [Item("a", 5)], "to/ken");
        server.Then(async context =>
        {
            await last.Task;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, $$"""{"metadata":{"resourceVersion":"10"},"items":[{{Item("b", 6, "u2")}}]}""");
        });

        await server.NextAsync();
        Assert.Equal("GET /api/v1/services?limit=1000&continue=to%2Fken", await server.NextAsync());
        Assert.Equal("none -> a@5", await bed.ChangeAsync());
        Assert.False(bed.Informer.IsSynced);

        last.SetResult();
        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);
        Assert.Equal("a@5 b@6", bed.Names);
    }

    [Fact]
    public async Task Further_pages_have_as_many_objects_as_make_up_one_megabyte()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        var large = $$"""{"metadata":{"name":"a","uid":"u1","resourceVersion":"5"},"note":"{{new string('x', 16 << 10)}}"}""";
        server.ThenList("10", [large], "next").ThenList("10", [Item("b", 6, "u2")]);

        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);

        Assert.Equal("GET /api/v1/services?limit=100", await server.NextAsync());
        Assert.Equal("GET /api/v1/services?limit=63&continue=next", await server.NextAsync());
    }

    [Fact]
    public async Task The_pages_of_a_list_are_one_request_to_the_rate()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url, options: new() { RequestsPerSecond = 1, Burst = 1 }).Run();
        server.ThenList("10", [Item("a", 5)], "second").ThenList("10", [Item("b", 6, "u2")], "third").ThenList("10", [Item("c", 7, "u3")]);

        // The clock stands still: no turn comes after the first.
        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);

        Assert.Equal("a@5 b@6 c@7", bed.Names);
    }

    [Fact]
    public async Task A_list_that_took_too_long_begins_again_from_its_first_page()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", [Item("a", 5), Item("b", 6, "u2")], "token").ThenRefuse(410, "Expired", "The provided continue parameter is too old");
        server.ThenList("20", [Item("a", 15)], "token2").ThenList("20", [Item("c", 16, "u3")]);

        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);

        Assert.Equal("a@15 c@16", bed.Names);
        Assert.Equal("GET /api/v1/services?limit=100", (await server.NextAsync(), await server.NextAsync(), await server.NextAsync()).Item3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_lies_too_far_back_lists_again_at_once_and_drops_what_is_gone(bool asEvent)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", [Item("a", 5), Item("b", 6, "u2")]);
        _ = asEvent
            ? server.ThenWatch(StayAsync, Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}"""))
            : server.ThenRefuse(410, "Expired", "too old resource version");
        server.ThenList("30", [Item("a", 25)]).ThenWatch(null);

        Assert.Equal(
            ["none -> a@5", "none -> b@6", "a@5 -> a@25", "b@6 -> none"],
            [await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync()]);
        await server.NextAsync();
        await server.NextAsync();
        Assert.Equal("GET /api/v1/services?limit=100", await server.NextAsync());
        Assert.EndsWith("resourceVersion=30", await server.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ends")]
    [InlineData("breaks")]
    [InlineData("half a line")]
    [InlineData("nonsense")]
    [InlineData("an error event")]
    [InlineData("503")]
    public async Task Whatever_else_ends_a_watch_it_goes_on_from_the_last_version_after_a_rest(string how)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", []);
        var event11 = Event("ADDED", Item("a", 11));
        _ = how switch
        {
            "ends" => server.ThenWatch(EndAsync, event11),
            "breaks" => server.ThenWatch(BreakAsync, event11),
            "half a line" => server.ThenWatch(EndAsync, event11, Event("ADDED", Item("b", 12))[..30]),
            "nonsense" => server.ThenWatch(StayAsync, event11, "<html>\n"),
            "an error event" => server.ThenWatch(StayAsync, event11, Event("ERROR", """{"kind":"Status","code":500,"reason":"InternalError","message":"no"}""")),
            _ => server.ThenWatch(EndAsync, event11).ThenRefuse(503, "ServiceUnavailable", "starting"),
        };
        server.ThenWatch(null, event11);

        await server.NextAsync();
        await server.NextAsync();
        await bed.PassUntilAsync(bed.ChangeAsync());
        var next = server.NextAsync();
        await bed.PassUntilAsync(next);
        if (how == "503")
        {
            next = server.NextAsync();
            await bed.PassUntilAsync(next);
        }

        // A connection that breaks may take the last event with it; then it is told again.
        Assert.Matches(how == "breaks" ? "resourceVersion=1[01]$" : "resourceVersion=11$", await next);
        Assert.Equal("a@11", bed.Names);
        Assert.Empty(bed.Informer.Problems);
    }

    [Fact]
    public async Task A_watch_that_is_refused_again_and_again_is_begun_by_a_list()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", []);
        for (var refusal = 0; refusal < 5; refusal++)
        {
            server.ThenRefuse(400, "BadRequest", "resourceVersion: Invalid value");
        }

        server.ThenList("3", [Item("a", 2)]).ThenWatch(null);
        for (var request = 0; request < 6; request++)
        {
            await bed.PassUntilAsync(server.NextAsync());
        }

        var next = server.NextAsync();
        await bed.PassUntilAsync(next);
        Assert.Equal("GET /api/v1/services?limit=100", await next);
        Assert.Equal("none -> a@2", await bed.ChangeAsync());
        Assert.Single(bed.Log.Lines, line => line.StartsWith("5001 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bookmarks_move_the_version_on()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", []).ThenWatch(EndAsync, Bookmark(15), "\n", Bookmark(20)).ThenWatch(null);
        await server.NextAsync();
        await server.NextAsync();

        var next = server.NextAsync();
        await bed.PassUntilAsync(next);
        Assert.EndsWith("resourceVersion=20", await next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 240, 320)]
    [InlineData(true, 145, 160)]
    public async Task Silence_ends_a_watch_sooner_where_bookmarks_were_sent(bool bookmark, int least, int most)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        server.ThenList("10", []);
        server.ThenWatch(null, bookmark ? [Bookmark(15), Event("ADDED", Item("a", 16))] : [Event("ADDED", Item("a", 16))]);
        await server.NextAsync();
        await server.NextAsync();
        await bed.ChangeAsync();

        var next = server.NextAsync();
        var passed = await bed.PassUntilAsync(next, TimeSpan.FromSeconds(1));
        Assert.InRange(passed.TotalSeconds, least, most);
        Assert.EndsWith("resourceVersion=16", await next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_is_said_once_stays_as_it_was_and_the_others_live_on()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url).Run();
        var broken = (int version) => Item("a", version).Replace("\"note\":\"\"", "\"note\":[]", StringComparison.Ordinal);
        server.ThenList("10", [Item("a", 5), broken(6).Replace("\"a\"", "\"new\"", StringComparison.Ordinal), Item("b", 6, "u2")]);
        server.ThenWatch(StayAsync, Event("MODIFIED", broken(11)), Event("MODIFIED", broken(12)), Event("MODIFIED", Item("b", 13, "u2")), Event("MODIFIED", Item("b", 14, "u2", "unwanted")));

        Assert.Equal(
            ["none -> a@5", "none -> b@6", "b@6 -> b@13", "b@13 -> none"],
            [await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync(), await bed.ChangeAsync()]);
        Assert.Equal("a@5", bed.Names);
        Assert.Equal(["default/a", "default/new"], bed.Log.Lines.Where(line => line.StartsWith("5004 ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Order());
    }

    [Fact]
    public async Task Ten_thousand_objects_come_in_pages_of_500()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        for (var page = 0; page < 20; page++)
        {
            server.ThenList("20000", Enumerable.Range(page * 500, 500).Select(number => Item($"n{number}", number + 1, $"u{number}", number % 100 == 7 ? "seven" : "")), page < 19 ? $"t{page}" : null);
        }

        await using var bed = new KubeBed(server.Url).Run();
        await bed.Informer.WhenSyncedAsync(TestContext.Current.CancellationToken);

        Assert.Equal(10_000, bed.Cache.All.Count);
        Assert.Equal(100, bed.Cache.By("seven").Count);
        Assert.Equal(["5000 10000 Service objects are known in the whole cluster."], bed.Log.Lines);
    }
}
