using System.Net;
using System.Net.Http.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Api;

/// <summary>What pipelines are answered that wait for a revision.</summary>
public sealed class GateTests
{
    private const string Gate = "/v1/namespaces/default/rollouts/shop/gate";

    [Theory]
    [InlineData("for=promoted&revision=v1", GateReached.Yes, RevisionOutcome.Promoted)]
    [InlineData("for=ended&revision=v1", GateReached.Yes, RevisionOutcome.Promoted)]
    [InlineData("for=rolled-back&revision=v1", GateReached.Never, RevisionOutcome.Promoted)]
    [InlineData("for=promoted&revision=v2", GateReached.No, null)]
    [InlineData("for=promoted", GateReached.No, null)]
    [InlineData("for=promoted&revision=v3", GateReached.No, null)]
    public async Task The_revision_that_is_named_answers_and_no_other(string query, GateReached reached, RevisionOutcome? outcome)
    {
        await using var bed = await ApiBed.StartAsync();

        var answer = await AskAsync(bed, query);

        Assert.Equal((reached, outcome), (answer.Reached, answer.Outcome));
        Assert.Equal(!query.EndsWith("v3", StringComparison.Ordinal), answer.Known);
        Assert.Equal("v2", answer.Rollout.CanaryRevision);
    }

    [Fact]
    public async Task A_rest_that_was_waited_for_is_told_when_it_comes()
    {
        await using var bed = await ApiBed.StartAsync();
        var waiting = AskAsync(bed, "for=paused&revision=v2&wait=60s");

        using var paused = await bed.CommandAsync("""{"action": "pause"}""");
        var answer = await waiting;

        Assert.Equal((GateReached.Yes, null, RolloutReason.PauseRequested), (answer.Reached, answer.Outcome, answer.Reason));
    }

    [Fact]
    public async Task A_revision_that_ends_otherwise_ends_the_wait_with_the_reason()
    {
        await using var bed = await ApiBed.StartAsync();
        var promoted = AskAsync(bed, "for=promoted&revision=v2&wait=60s");
        var approval = AskAsync(bed, "for=approval&revision=v2&wait=60s");

        using var aborted = await bed.CommandAsync("""{"action": "abort", "reason": "seen enough"}""");

        foreach (var answer in new[] { await promoted, await approval })
        {
            Assert.Equal((GateReached.Never, RevisionOutcome.RolledBack, RolloutReason.AbortRequested), (answer.Reached, answer.Outcome, answer.Reason));
            Assert.NotEmpty(answer.Message);
        }
    }

    [Fact]
    public async Task One_that_was_superseded_is_told_at_once_and_the_next_one_is_waited_for()
    {
        await using var bed = await ApiBed.StartAsync();
        using var started = await bed.CommandAsync("""{"action": "start", "revision": "v3"}""");

        var former = await AskAsync(bed, "for=promoted&revision=v2&wait=60s");
        var next = await AskAsync(bed, "for=promoted&revision=v3");
        var lost = await AskAsync(bed, "for=promoted&revision=v9&known=true");

        Assert.Equal((GateReached.Never, RevisionOutcome.Superseded), (former.Reached, former.Outcome));
        Assert.Equal((GateReached.No, true), (next.Reached, next.Known));
        Assert.Equal((GateReached.Never, RevisionOutcome.Superseded), (lost.Reached, lost.Outcome));
    }

    [Fact]
    public async Task Whoever_passes_the_sequence_on_misses_no_transition()
    {
        await using var bed = await ApiBed.StartAsync();
        var first = await AskAsync(bed, "for=promoted&revision=v2");
        using var paused = await bed.CommandAsync("""{"action": "pause"}""");
        using var resumed = await bed.CommandAsync("""{"action": "resume"}""");

        var missed = await AskAsync(bed, $"for=promoted&revision=v2&wait=60s&after={first.Sequence}");
        var another = await AskAsync(bed, "for=promoted&revision=v2&wait=60s&after=999");

        Assert.Equal((GateReached.No, first.Sequence + 2), (missed.Reached, missed.Sequence));
        Assert.Equal([RolloutPhase.Paused, RolloutPhase.Progressing], missed.Transitions.Select(transition => transition.To));
        Assert.Equal(Enumerable.Range(1, (int)missed.Sequence), another.Transitions.Select(transition => (int)transition.Sequence));
        Assert.Empty(first.Transitions);
    }

    [Fact]
    public async Task Time_that_is_up_is_answered_with_what_there_is()
    {
        await using var bed = await ApiBed.StartAsync();

        Assert.Equal(GateReached.No, (await AskAsync(bed, "for=promoted&revision=v2&wait=20ms")).Reached);
        Assert.Equal(0, bed.Manager.Get<GateEndpoint>().Waiting);
    }

    [Fact]
    public async Task A_controller_that_stops_lets_those_who_wait_go()
    {
        var bed = await ApiBed.StartAsync();
        var waiting = AskAsync(bed, "for=promoted&revision=v2&wait=60s");
        SpinWait.SpinUntil(() => bed.Manager.Get<GateEndpoint>().Waiting == 1, TimeSpan.FromMinutes(1));

        await bed.Manager.App.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(GateReached.No, (await waiting).Reached);
        await bed.DisposeAsync();
    }

    [Fact]
    public async Task Thousands_who_wait_cost_no_more_than_the_limit_and_those_beyond_are_told_to_come_again()
    {
        await using var bed = await ApiBed.StartAsync();
        const int Beyond = 20;
        var all = Enumerable.Range(0, GateEndpoint.MaxWaiting + Beyond).Select(_ => bed.SendAsync(HttpMethod.Get, $"{Gate}?for=promoted&revision=v2&wait=60s")).ToList();
        var refused = new List<HttpResponseMessage>();
        while (refused.Count < Beyond)
        {
            var done = await Task.WhenAny(all);
            all.Remove(done);
            refused.Add(await done);
        }

        Assert.All(refused, response => Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(5)), (response.StatusCode, response.Headers.RetryAfter?.Delta)));
        Assert.Equal(GateReached.No, (await AskAsync(bed, "for=promoted&revision=v2")).Reached);
        using var aborted = await bed.CommandAsync("""{"action": "abort"}""");
        foreach (var response in await Task.WhenAll(all))
        {
            Assert.Equal(GateReached.Never, (await response.Content.ReadFromJsonAsync(ApiJson.Default.GateView, TestContext.Current.CancellationToken))!.Reached);
            response.Dispose();
        }

        refused.ForEach(response => response.Dispose());
    }

    [Fact]
    public async Task A_client_that_goes_away_gives_its_place_back()
    {
        await using var bed = await ApiBed.StartAsync();
        using var gone = new CancellationTokenSource();
        var waiting = bed.Http.GetAsync(new Uri($"{Gate}?for=promoted&revision=v2&wait=60s", UriKind.Relative), gone.Token);
        var endpoint = bed.Manager.Get<GateEndpoint>();
        Assert.True(SpinWait.SpinUntil(() => endpoint.Waiting == 1, TimeSpan.FromMinutes(1)));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(SpinWait.SpinUntil(() => endpoint.Waiting == 0, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("", "for", "One of promoted, paused, approval, rolled-back, ended.")]
    [InlineData("for=lunch", "for", "One of promoted, paused, approval, rolled-back, ended.")]
    [InlineData("for=promoted&for=paused", "for", "Give it once.")]
    [InlineData("for=promoted&revison=v2", "revison", "write revision")]
    [InlineData("for=promoted&xyzzy=1", "xyzzy", "one of for, revision, wait, after, known")]
    [InlineData("for=promoted&revision=", "revision", "Name the revision, or the image as the pod template has it.")]
    [InlineData("for=promoted&revision=v%202", "revision", "For a revision use at most 63 of A-Z, a-z, 0-9, -, _ and ., with a letter or digit at both ends; an image as the pod template has it, like registry.example/shop:2.0.")]
    [InlineData("for=promoted&revision=a/b%0a:1", "revision", "For a revision use at most 63 of A-Z, a-z, 0-9, -, _ and ., with a letter or digit at both ends; an image as the pod template has it, like registry.example/shop:2.0.")]
    [InlineData("for=promoted&wait=61s", "wait", "60s, and ask again")]
    [InlineData("for=promoted&wait=30", "wait", null)]
    [InlineData("for=promoted&wait=-1s", "wait", "60s, and ask again")]
    [InlineData("for=promoted&after=-1", "after", "Pass on the sequence of the answer before, or leave it out.")]
    [InlineData("for=promoted&after=99999999999999999999", "after", "Pass on the sequence of the answer before, or leave it out.")]
    [InlineData("for=promoted&known=yes", "known", "Pass on what the answer before said, or leave it out.")]
    [InlineData("for=promoted&revision=registry.example/shop:2.0", "revision", "Name the version, like v2.")]
    public async Task A_malformed_question_is_a_problem_that_names_the_parameter_and_the_fix(string query, string path, string? fix)
    {
        await using var bed = await ApiBed.StartAsync();

        using var response = await bed.SendAsync(HttpMethod.Get, $"{Gate}?{query}");
        var problem = await bed.ProblemAsync(response);

        var error = Assert.Single(problem.Errors);
        Assert.Equal((400, path), (problem.Status, error.Path));
        Assert.True(fix is null || fix == error.Fix, error.Fix);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_and_a_flood_is_cut_short()
    {
        await using var bed = await ApiBed.StartAsync();
        var flood = string.Concat(Enumerable.Range(0, 500).Select(number => $"&p{number}=1"));

        using var response = await bed.SendAsync(HttpMethod.Get, $"{Gate}?wait=x&after=y{flood}");
        var problem = await bed.ProblemAsync(response);

        Assert.Equal(["after", "for", "wait"], problem.Errors.Select(error => error.Path).Where(path => !path.StartsWith('p')).Order(StringComparer.Ordinal));
        Assert.Equal(13, problem.Errors.Count);
    }

    [Fact]
    public async Task Whoever_may_read_the_rollout_may_wait_for_it_and_one_that_is_not_there_is_not_found()
    {
        await using var bed = await ApiBed.StartAsync(ApiBed.Token("viewer", ApiRoles.View), ApiBed.Token("operator", ApiRoles.Operate));
        foreach (var (token, expected) in new (string?, HttpStatusCode)[] { (null, HttpStatusCode.Unauthorized), ("operator", HttpStatusCode.Forbidden), ("viewer", HttpStatusCode.OK) })
        {
            using var response = await bed.SendAsync(HttpMethod.Get, $"{Gate}?for=promoted&revision=v1&wait=60s", token);
            Assert.Equal(expected, response.StatusCode);
        }

        using var missing = await bed.SendAsync(HttpMethod.Get, $"{Gate.Replace("shop", "nothing", StringComparison.Ordinal)}?for=promoted&wait=60s", "viewer");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static async Task<GateView> AskAsync(ApiBed bed, string query) =>
        (await bed.Http.GetFromJsonAsync($"{Gate}?{query}", ApiJson.Default.GateView))!;
}
