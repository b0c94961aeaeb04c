using System.Net.Http.Json;
using CanaryController.Manager.Api;
using CanaryController.Manager.Tests.Api;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Kubernetes.Access;

/// <summary>What callers with tokens of the cluster see of the HTTP API.</summary>
public sealed class ClusterAccessTests
{
    private const string List = "/v1/namespaces/default/rollouts";
    private const string All = "/v1/namespaces/-/rollouts";
    private const string Events = "/v1/events?namespace=default";

    [Fact]
    public async Task RBAC_of_Rollouts_and_RolloutCommands_decides_what_the_holder_of_a_token_may_do()
    {
        await using var bed = await AccessBed.StartAsync();
        (string User, string[] Rules, int List, int All, int Get, int History, int Events, int Pause, int Approve)[] table =
        [
            ("nobody", [], 403, 403, 403, 403, 403, 403, 403),
            ("lister", ["list rollouts default/"], 200, 403, 403, 403, 403, 403, 403),
            ("everywhere", ["list rollouts /"], 403, 200, 403, 403, 403, 403, 403),
            ("reader", ["get rollouts default/"], 403, 403, 200, 200, 403, 403, 403),
            ("one", ["get rollouts default/shop"], 403, 403, 200, 200, 403, 403, 403),
            ("another", ["get rollouts default/other"], 403, 403, 403, 403, 403, 403, 403),
            ("watcher", ["watch rollouts default/"], 403, 403, 403, 403, 200, 403, 403),
            ("release", ["create rolloutcommands default/"], 403, 403, 403, 403, 403, 200, 403),
            ("approver", ["create approvals default/"], 403, 403, 403, 403, 403, 403, 409),
            ("elsewhere", ["get rollouts other/", "create rolloutcommands other/"], 403, 403, 403, 403, 403, 403, 403),
        ];
        foreach (var (user, rules, list, all, get, history, events, pause, approve) in table)
        {
            bed.Cluster.Users[user] = $"system:serviceaccount:ci:{user}";
            bed.Cluster.Allow([.. rules.Select(rule => $"system:serviceaccount:ci:{user} {rule}")]);
            bed.Manager.Time.Advance(TimeSpan.FromSeconds(10));
            var read = (await bed.StatusAsync(List, user), await bed.StatusAsync(All, user), await bed.StatusAsync(AccessBed.Shop, user),
                await bed.StatusAsync($"{AccessBed.Shop}/history", user), await bed.StatusAsync(Events, user));
            using var paused = await bed.CommandAsync("pause", user);
            using var approved = await bed.CommandAsync("approve", user);
            Assert.Equal((user, (list, all, get, history, events), pause, approve), (user, read, (int)paused.StatusCode, (int)approved.StatusCode));
        }

        bed.Cluster.Users["auditor"] = "ada";
        bed.Cluster.Allow("ada get rollouts default/");
        using var looked = await bed.GetAsync($"{AccessBed.Shop}/history", "auditor");
        var trail = await looked.Content.ReadFromJsonAsync(ApiJson.Default.HistoryView, TestContext.Current.CancellationToken);
        Assert.Equal(["system:serviceaccount:ci:approver", "system:serviceaccount:ci:release"], trail!.Commands.Select(command => command.Actor));
    }

    [Fact]
    public async Task A_freeze_takes_the_right_to_write_a_FreezeWindow_and_no_other_one()
    {
        await using var bed = await AccessBed.StartAsync();
        (string User, string[] Rules, int Made, int Ended)[] table =
        [
            ("release", ["create rolloutcommands default/", "break-glass rollouts default/"], 403, 403),
            ("maker", ["create freezewindows default/"], 200, 403),
            ("another", ["delete freezewindows default/other"], 403, 403),
            ("ender", ["delete freezewindows default/sale"], 403, 200),
        ];
        foreach (var (user, rules, made, ended) in table)
        {
            bed.Cluster.Users[user] = user;
            bed.Cluster.Allow([.. rules.Select(rule => $"{user} {rule}")]);
            bed.Manager.Time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal((user, made, ended), (user, await bed.FreezeAsync(HttpMethod.Post, "", user), await bed.FreezeAsync(HttpMethod.Delete, "/sale", user)));
        }
    }

    [Theory]
    [InlineData(List, "ada may not list rollouts.canarycontroller.io in the namespace default; it needs a Role with a RoleBinding that allows this.")]
    [InlineData(All, "ada may not list rollouts.canarycontroller.io in all namespaces; it needs a ClusterRole with a ClusterRoleBinding that allows this.")]
    [InlineData(AccessBed.Shop, "ada may not get rollouts.canarycontroller.io in the namespace default; it needs a Role with a RoleBinding that allows this.")]
    [InlineData("/v1/events", "ada may not watch rollouts.canarycontroller.io in all namespaces; it needs a ClusterRole with a ClusterRoleBinding that allows this.")]
    public async Task A_refusal_says_which_verb_on_which_resource_is_missing_where(string path, string detail)
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";

        using var response = await bed.GetAsync(path, "t");
        var problem = await AccessBed.ProblemAsync(response);

        Assert.Equal((403, "Not allowed", detail), ((int)response.StatusCode, problem.Title, problem.Detail));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("unknown")]
    public async Task Whoever_is_not_known_is_told_to_authenticate(string? token)
    {
        await using var bed = await AccessBed.StartAsync(new() { Audiences = ["canary-controller"] });

        using var response = await bed.GetAsync(AccessBed.Shop, token);
        var problem = await AccessBed.ProblemAsync(response);

        Assert.Equal((401, "Bearer"), ((int)response.StatusCode, response.Headers.WwwAuthenticate.ToString()));
        Assert.Contains("a token of the cluster for the audience canary-controller", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(token == "unknown" ? 1 : 0, bed.Cluster.Asked.Count);
    }

    [Fact]
    public async Task Configured_tokens_count_beside_those_of_the_cluster_which_is_not_asked_about_them()
    {
        await using var bed = await AccessBed.StartAsync(null, ApiBed.Token("viewer", ApiRoles.View));
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Allow("ada get rollouts default/");

        Assert.Equal(200, await bed.StatusAsync(AccessBed.Shop, "viewer"));
        Assert.Empty(bed.Cluster.Asked);
        Assert.Equal(200, await bed.StatusAsync(AccessBed.Shop, "t"));
        Assert.Equal(401, await bed.StatusAsync(AccessBed.Shop, "unknown"));
    }

    [Fact]
    public async Task A_yes_counts_for_a_minute_and_a_no_for_10_seconds()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Allow("ada get rollouts default/");
        (int AfterSeconds, int Get, int List, string Asked)[] table =
        [
            (0, 200, 403, "token ada, ada get rollouts default/, ada list rollouts default/"),
            (9, 200, 403, ""),
            (1, 200, 403, "ada list rollouts default/"),
            (49, 200, 403, "ada list rollouts default/"),
            (1, 200, 403, "token ada, ada get rollouts default/"),
        ];
        foreach (var (seconds, get, list, asked) in table)
        {
            bed.Cluster.Asked.Clear();
            bed.Manager.Time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal((get, list), (await bed.StatusAsync(AccessBed.Shop, "t"), await bed.StatusAsync(List, "t")));
            Assert.Equal(asked, string.Join(", ", bed.Cluster.Asked));
        }

        bed.Cluster.Users.Clear();
        Assert.Equal(200, await bed.StatusAsync(AccessBed.Shop, "t"));
        bed.Manager.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, await bed.StatusAsync(AccessBed.Shop, "t"));
    }

    [Fact]
    public async Task One_question_serves_all_rollouts_of_a_namespace()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Allow("ada get rollouts default/");
        foreach (var path in (string[])[AccessBed.Shop, $"{List}/a", $"{List}/b"])
        {
            await bed.StatusAsync(path, "t");
        }

        Assert.Equal(["token ada", "ada get rollouts default/"], bed.Cluster.Asked);
    }

    [Fact]
    public async Task Guessing_tokens_soon_gets_429_and_disturbs_nobody_who_was_known()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Allow("ada get rollouts default/");
        Assert.Equal(200, await bed.StatusAsync(AccessBed.Shop, "t"));
        bed.Manager.Time.Advance(TimeSpan.FromMinutes(2));

        var guesses = new List<int>();
        for (var guess = 0; guess < 40; guess++)
        {
            guesses.Add(await bed.StatusAsync(AccessBed.Shop, $"guess-{guess}"));
        }

        Assert.Equal((20, 20), (guesses.Count(status => status == 401), guesses.Count(status => status == 429)));
        Assert.Equal(21, bed.Cluster.TokensAsked);
        using var one = await bed.GetAsync(AccessBed.Shop, "guess-40");
        Assert.Equal((429, TimeSpan.FromSeconds(1)), ((int)one.StatusCode, one.Headers.RetryAfter?.Delta));
        Assert.Equal("Too many requests", (await AccessBed.ProblemAsync(one)).Title);

        Assert.Equal(200, await bed.StatusAsync(AccessBed.Shop, "t"));
        bed.Manager.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await bed.StatusAsync(AccessBed.Shop, "guess-41"));
        Assert.Contains("canary_api_refusals_total{reason=\"Throttled\"} 21", await bed.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_API_server_is_away_only_those_are_served_who_are_known_still()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Users["late"] = "bob";
        bed.Cluster.Allow("ada get rollouts default/", "bob get rollouts default/");
        await bed.StatusAsync(AccessBed.Shop, "t");
        bed.Cluster.Refusing = 503;

        using var refused = await bed.GetAsync(AccessBed.Shop, "late");
        Assert.Equal((503, TimeSpan.FromSeconds(5)), ((int)refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal("Cannot be checked", (await AccessBed.ProblemAsync(refused)).Title);
        var asked = bed.Cluster.Asked.Count;
        Assert.Equal((200, 503), (await bed.StatusAsync(AccessBed.Shop, "t"), await bed.StatusAsync(AccessBed.Shop, "late")));
        Assert.Equal(asked, bed.Cluster.Asked.Count);

        bed.Manager.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(503, await bed.StatusAsync(AccessBed.Shop, "t"));
        bed.Cluster.Refusing = 0;
        bed.Manager.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((200, 200), (await bed.StatusAsync(AccessBed.Shop, "t"), await bed.StatusAsync(AccessBed.Shop, "late")));
    }

    [Fact]
    public async Task A_permission_that_the_controller_lacks_is_told()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Refusing = 403;

        using var response = await bed.GetAsync(AccessBed.Shop, "t");

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal("The controller itself lacks a permission: create tokenreviews.authentication.k8s.io. Its operator has to mend that.", (await AccessBed.ProblemAsync(response)).Detail);
    }

    [Fact]
    public async Task An_event_stream_ends_within_5_minutes_when_its_reader_may_not_watch_any_more()
    {
        await using var bed = await AccessBed.StartAsync();
        bed.Cluster.Users["t"] = "ada";
        bed.Cluster.Allow("ada watch rollouts default/");
        using var response = await bed.GetAsync(Events, "t");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var end = reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        await bed.PassUntilAsync(() => bed.Cluster.TokensAsked >= 2);
        Assert.False(end.IsCompleted);
        bed.Cluster.Allowed.Clear();
        await bed.PassUntilAsync(() => end.IsCompleted);

        Assert.Contains("event: heartbeat", await end, StringComparison.Ordinal);
        Assert.Equal(403, await bed.StatusAsync(Events, "t"));
    }
}
