using System.Net.Http.Json;
using System.Net;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Resources.Api;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Api;

public sealed class ApiTests
{
    private const string Rollouts = "/v1/namespaces/-/rollouts";
    private const string Shop = "/v1/namespaces/default/rollouts/shop";

    [Fact]
    public async Task A_rollout_can_be_listed_read_commanded_and_looked_back_on()
    {
        await using var bed = await ApiBed.StartAsync();
        var list = await bed.Http.GetFromJsonAsync(Rollouts, ApiJson.Default.RolloutList);
        Assert.Equal("shop", Assert.Single(list!.Items).Name);

        using var aborted = await bed.CommandAsync("""{"action": "abort", "id": "x1", "revision": "v2", "reason": "seen enough"}""");
        var answer = await aborted.Content.ReadFromJsonAsync(ApiJson.Default.CommandResponse);
        Assert.Equal((HttpStatusCode.OK, CommandStatus.Accepted), (aborted.StatusCode, answer!.Status));
        Assert.Equal(RolloutPhase.Aborted, answer.Rollout.Phase);
        Assert.Equal(0, bed.Manager.Router.WeightOf(ManagerBed.Route).Percent);

        var history = await bed.Http.GetFromJsonAsync($"{Shop}/history", ApiJson.Default.HistoryView);
        var command = Assert.Single(history!.Commands);
        Assert.Equal(("x1", ApiAccess.LocalActor, "seen enough"), (command.Id, command.Actor, command.Reason));
        Assert.Equal(RolloutPhase.Aborted, history.Events[0].To);
        Assert.Equal("v2", history.Revisions[0].Revision);
    }

    [Fact]
    public async Task The_same_command_again_is_answered_alike_and_another_one_of_that_id_is_refused()
    {
        await using var bed = await ApiBed.StartAsync();
        using var first = await bed.CommandAsync("""{"action": "pause", "id": "x1"}""");
        using var again = await bed.CommandAsync("""{"action": "pause", "id": "x1"}""");
        using var other = await bed.CommandAsync("""{"action": "abort", "id": "x1"}""");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        var history = await bed.Http.GetFromJsonAsync($"{Shop}/history", ApiJson.Default.HistoryView);
        Assert.Single(history!.Commands);
    }

    [Theory]
    [InlineData("""{"action": "abort", "revision": "v7"}""", 409, "Conflict")]
    [InlineData("""{"action": "approve"}""", 409, "Refused")]
    [InlineData("""{"action": "start"}""", 422, "Invalid command")]
    [InlineData("""{"action": "start", "revision": ""}""", 422, "Invalid command")]
    [InlineData("""{"action": "start", "revision": "v 2"}""", 422, "Invalid command")]
    [InlineData("""{"action": "start", "revision": "a234567890b234567890c234567890d234567890e234567890f234567890g234"}""", 422, "Invalid command")]
    [InlineData("""{"action": "abort", "step": 0}""", 422, "Invalid command")]
    [InlineData("""{"action": "dance"}""", 400, "Not a command")]
    [InlineData("""{"action": 99}""", 400, "Not a command")]
    [InlineData("""{"action": "99"}""", 400, "Not a command")]
    [InlineData("""{"action": 2}""", 400, "Not a command")]
    [InlineData("""{"action": "promote", "revison": "v2"}""", 400, "Not a command")]
    [InlineData("""nonsense""", 400, "Not a command")]
    public async Task A_command_that_cannot_be_carried_out_is_a_problem(string body, int status, string title)
    {
        await using var bed = await ApiBed.StartAsync();
        using var response = await bed.CommandAsync(body);
        var problem = await bed.ProblemAsync(response);

        Assert.Equal((status, title), ((int)response.StatusCode, problem.Title));
    }

    [Fact]
    public async Task What_is_not_there_or_not_json_or_too_large_is_a_problem()
    {
        await using var bed = await ApiBed.StartAsync();
        using var missing = await bed.SendAsync(HttpMethod.Get, "/v1/namespaces/default/rollouts/nothing");
        using var path = await bed.SendAsync(HttpMethod.Get, "/v2");
        using var form = await bed.SendAsync(HttpMethod.Post, $"{Shop}/commands", content: new StringContent("action=abort"));
        using var charset = await bed.SendAsync(HttpMethod.Post, $"{Shop}/commands", content: new ByteArrayContent("""{"action": "abort"}"""u8.ToArray())
        {
            Headers = { { "Content-Type", "application/json; charset=nonsense" } },
        });
        using var large = await bed.CommandAsync($$"""{"action": "abort", "reason": "{{new string('x', CommandEndpoint.MaxBodyBytes)}}"}""");

        Assert.Equal([404, 404, 415, 415, 413], new[] { missing, path, form, charset, large }.Select(response => (int)response.StatusCode));
    }

    [Theory]
    [InlineData("1", "2", "3")]
    [InlineData("999", "1", "2")]
    public async Task Events_go_on_after_the_last_one_seen_and_begin_anew_when_the_database_was_lost(string last, params string[] expected)
    {
        await using var bed = await ApiBed.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?namespace=default&name=shop");
        request.Headers.Add("Last-Event-ID", last);
        using var response = await bed.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var ids = new List<string>();
        while (ids.Count < 2 && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                ids.Add(line);
            }
        }

        Assert.Equal(expected.Select(id => $"id: {id}"), ids);
    }

    [Fact]
    public async Task An_open_event_stream_does_not_hold_up_the_end()
    {
        var bed = await ApiBed.StartAsync();
        using var response = await bed.SendAsync(HttpMethod.Get, "/v1/events");
        await bed.DisposeAsync();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Probes_and_metrics_answer()
    {
        await using var bed = await ApiBed.StartAsync();
        Assert.Equal("ok", await bed.TextAsync("/healthz"));
        Assert.Equal("ok", await bed.TextAsync("/readyz"));
        var metrics = await bed.TextAsync("/metrics");
        Assert.Contains("canary_rollout_phase{namespace=\"default\",name=\"shop\",phase=\"Progressing\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("canary_rollout_weight_ratio{namespace=\"default\",name=\"shop\",kind=\"observed\"} 0.1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tokens_a_page_that_rebinds_its_name_is_refused()
    {
        await using var bed = await ApiBed.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Rollouts);
        request.Headers.Host = "evil.example";
        using var response = await bed.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task Roles_decide_what_a_token_may_do_and_its_name_stands_in_the_audit_trail()
    {
        await using var bed = await ApiBed.StartAsync(
            ApiBed.Token("viewer", ApiRoles.View), ApiBed.Token("operator", ApiRoles.Operate), ApiBed.Token("approver", ApiRoles.Approve));
        (string? Token, int Get, int Pause, int Approve)[] table =
        [
            (null, 401, 401, 401),
            ("unknown", 401, 401, 401),
            ("viewer", 200, 403, 403),
            ("approver", 403, 403, 409),
            ("operator", 403, 200, 403),
        ];
        foreach (var (token, get, pause, approve) in table)
        {
            using var read = await bed.SendAsync(HttpMethod.Get, Shop, token);
            using var paused = await bed.CommandAsync("""{"action": "pause"}""", token);
            using var approved = await bed.CommandAsync("""{"action": "approve"}""", token);
            Assert.Equal((token, get, pause, approve), (token, (int)read.StatusCode, (int)paused.StatusCode, (int)approved.StatusCode));
        }

        using var history = await bed.SendAsync(HttpMethod.Get, $"{Shop}/history", "viewer");
        var audit = await history.Content.ReadFromJsonAsync(ApiJson.Default.HistoryView);
        Assert.Equal(["operator", "approver"], audit!.Commands.Select(command => command.Actor));
    }
}
