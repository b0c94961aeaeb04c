using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Approvals;

/// <summary>What pipelines send, and what attackers do.</summary>
public sealed class ApprovalWebhookTests
{
    [Fact]
    public async Task A_signed_approval_leads_on_and_stands_in_the_audit_trail_with_its_key()
    {
        await using var bed = await WebhookBed.StartAsync();
        using var response = await bed.PostAsync(WebhookBed.Approved);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync(ApiJson.Default.ApprovalWebhookAnswer);
        Assert.Equal(new(CommandStatus.Accepted, "Approval 'qa' has 1 of 1."), answer);
        Assert.Equal(1, bed.Manager.State.StepIndex);
        var command = bed.LastCommand();
        Assert.Equal(("webhook key ci", ApproverSource.Webhook, "Smoke tests passed."), (command.Actor, command.Via, command.Reason));
    }

    [Fact]
    public async Task A_signed_rejection_rolls_back()
    {
        await using var bed = await WebhookBed.StartAsync();
        using var response = await bed.PostAsync(WebhookBed.Approved.Replace("approve", "reject", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((RolloutPhase.Aborted, 0m), (bed.Manager.State.Phase, bed.Manager.State.Weight.Percent));
    }

    [Fact]
    public async Task What_is_not_signed_or_signed_wrong_changes_nothing()
    {
        await using var bed = await WebhookBed.StartAsync();
        (Action<HttpRequestMessage> Change, string Title)[] attacks =
        [
            (request => request.Headers.Remove("webhook-signature"), "Not signed"),
            (request => request.Headers.Remove("webhook-id"), "Not signed"),
            (request => request.Headers.Remove("webhook-timestamp"), "Not signed"),
            (request => Set(request, "webhook-signature", "v1a,AAAA"), "Not signed"),
            (request => Set(request, "webhook-signature", "v1," + Convert.ToBase64String(new byte[31])), "Not signed"),
            (request => Set(request, "webhook-signature", "v1," + Convert.ToBase64String(new byte[32])), "Wrong signature"),
            (request => Set(request, "webhook-timestamp", "tomorrow"), "Not signed"),
            (request => Set(request, "webhook-timestamp", "-1"), "Not signed"),
            (request => Set(request, "webhook-timestamp", "99999999999999999"), "Not signed"),
            (request => Set(request, "webhook-timestamp", bed.Now.AddSeconds(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)), "Wrong signature"),
            (request => Set(request, "webhook-id", "msg_2"), "Wrong signature"),
            (request => Set(request, "webhook-id", new string('x', 129)), "Not signed"),
            (request => request.Content = new StringContent(WebhookBed.Approved.Replace("v2", "v3", StringComparison.Ordinal)), "Wrong signature"),
        ];
        foreach (var (change, title) in attacks)
        {
            var (status, detail) = await bed.ProblemAsync(WebhookBed.Approved, change: change);
            Assert.Equal((401, title), (status, detail.Split(':')[0]));
        }

        Assert.Equal((401, "Wrong signature"), Short(await bed.ProblemAsync(WebhookBed.Approved, key: new byte[32])));
        AssertWaiting(bed);
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public async Task What_was_signed_more_than_5_minutes_from_now_does_not_count(int seconds)
    {
        await using var bed = await WebhookBed.StartAsync();
        bed.Manager.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((401, "Too old"), Short(await bed.ProblemAsync(WebhookBed.Approved, at: bed.Now.AddSeconds(seconds))));
        AssertWaiting(bed);
    }

    [Fact]
    public async Task The_same_message_again_is_refused_also_after_a_restart()
    {
        await using var bed = await WebhookBed.StartAsync();
        var at = bed.Now;
        using var first = await bed.PostAsync(WebhookBed.Approved, at: at);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var replayed = await bed.ProblemAsync(WebhookBed.Approved, at: at);
        Assert.Equal((409, "Replayed: This webhook-id was taken already: Approval 'qa' has 1 of 1."), replayed);
        await bed.RestartAsync();
        Assert.Equal(replayed, await bed.ProblemAsync(WebhookBed.Approved, at: at));
        Assert.Single(bed.Manager.State.Approvals);
    }

    [Fact]
    public async Task What_was_signed_before_the_attempt_began_is_not_for_it()
    {
        await using var bed = await WebhookBed.StartAsync();
        Assert.Equal((409, "Conflict"), Short(await bed.ProblemAsync(WebhookBed.Approved, at: bed.Now.AddSeconds(-1))));
        AssertWaiting(bed);
    }

    [Theory]
    [InlineData("\"v2\"", "\"v3\"", 409, "Conflict: The canary is v2, not v3. Look at the rollout again before you decide.")]
    [InlineData("\"step\":1", "\"step\":2", 409, "Conflict: v2 is at step 1 of 2, not at step 2. Look at the rollout again before you decide.")]
    [InlineData("\"shop\"", "\"cart\"", 404, "No such rollout: There is no rollout default/cart.")]
    [InlineData("\"default\"", "\"elsewhere\"", 404, "No such rollout: There is no rollout elsewhere/shop.")]
    [InlineData("\"step\":1", "\"step\":0", 422, "Invalid approval: The approval has wrong fields. step")]
    [InlineData("\"v2\"", "\"\"", 422, "Invalid approval: The approval has wrong fields. revision")]
    [InlineData("\"v2\"", "null", 422, "Invalid approval: The approval has wrong fields. revision")]
    public async Task An_answer_for_something_else_changes_nothing(string from, string to, int status, string detail)
    {
        await using var bed = await WebhookBed.StartAsync();
        Assert.Equal((status, detail), await bed.ProblemAsync(WebhookBed.Approved.Replace(from, to, StringComparison.Ordinal)));
        AssertWaiting(bed);
    }

    [Fact]
    public async Task A_key_that_is_not_among_the_approvers_neither_approves_nor_rejects()
    {
        await using var bed = await WebhookBed.StartAsync("users: [ann]");
        foreach (var decision in (string[])["approve", "reject"])
        {
            var problem = await bed.ProblemAsync(WebhookBed.Approved.Replace("approve", decision, StringComparison.Ordinal), id: decision);
            Assert.Equal((409, "Refused: webhook key ci is not among the approvers of 'qa': ann."), problem);
        }

        AssertWaiting(bed);
    }

    [Fact]
    public async Task A_key_answers_for_its_namespaces_only()
    {
        await using var bed = await WebhookBed.StartAsync();
        Assert.Equal((403, "Not allowed: The key other may not answer for rollouts of the namespace default."), await bed.ProblemAsync(WebhookBed.Approved, key: WebhookBed.OtherKey));
        AssertWaiting(bed);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("[[[[", 400)]
    [InlineData("\u0000\u0001", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"maybe"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"approve","approver":"ann"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":0}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":7}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"0"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"reject","decision":"approve"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"approve","Decision":"reject"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"approve","comment":"\ud800"}""", 400)]
    [InlineData("""{"namespace":"default","rollout":"shop/../cart","revision":"v2","step":1,"decision":"approve"}""", 422)]
    [InlineData("""{"namespace":"default/shop","rollout":"shop","revision":"v2","step":1,"decision":"approve"}""", 422)]
    public async Task A_body_that_is_no_approval_is_a_problem_and_the_id_is_not_used_up(string body, int status)
    {
        await using var bed = await WebhookBed.StartAsync();
        Assert.Equal(status, (await bed.ProblemAsync(body)).Status);
        using var good = await bed.PostAsync(WebhookBed.Approved);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task A_body_over_16_KB_is_413_whether_its_length_is_told_or_not()
    {
        await using var bed = await WebhookBed.StartAsync();
        var large = new string(' ', ApprovalWebhookEndpoint.MaxBodyBytes) + WebhookBed.Approved;
        Assert.Equal(413, (await bed.ProblemAsync(large)).Status);
        Assert.Equal(413, (await bed.ProblemAsync(large, change: request => request.Headers.TransferEncodingChunked = true)).Status);
        AssertWaiting(bed);
    }

    [Fact]
    public async Task Whoever_sends_slowly_is_cut_off_after_5_seconds()
    {
        await using var bed = await WebhookBed.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, bed.Http.BaseAddress!.Port);
        var stream = client.GetStream();
        var signature = Convert.ToBase64String(new byte[32]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {ApprovalWebhookEndpoint.Path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nwebhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,{signature}\r\n\r\n{{"));
        var answer = new StreamReader(stream).ReadLineAsync();
        while (!answer.IsCompleted)
        {
            bed.Manager.Time.Advance(SignedBody.Patience);
            await Task.Yield();
        }

        Assert.Equal("HTTP/1.1 408 Request Timeout", await answer);
        AssertWaiting(bed);
    }

    [Fact]
    public async Task Neither_a_token_nor_a_loopback_name_is_asked_for_and_no_other_path_is_open()
    {
        await using var bed = await WebhookBed.StartAsync();
        using var response = await bed.PostAsync(WebhookBed.Approved, change: request => request.Headers.Host = "canary.example.com");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var other = new HttpRequestMessage(HttpMethod.Get, "/v1/webhooks/approvals/x");
        other.Headers.Host = "canary.example.com";
        using var refused = await bed.Http.SendAsync(other);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
    }

    [Fact]
    public void What_cannot_be_remembered_is_not_taken()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var memory = new ReplayMemory(time, capacity: 2);
        var until = time.GetUtcNow().AddMinutes(5);
        Assert.Equal([ReplayVerdict.New, ReplayVerdict.Replayed, ReplayVerdict.New, ReplayVerdict.Full], new[] { "a", "a", "b", "c" }.Select(id => memory.Take(id, until)));
        Assert.Equal(ReplayVerdict.Replayed, memory.Take("a", until));
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(ReplayVerdict.New, memory.Take("c", until));
    }

    [Fact]
    public async Task Without_keys_there_is_no_such_path()
    {
        await using var bed = await Api.ApiBed.StartAsync();
        using var response = await bed.SendAsync(HttpMethod.Post, ApprovalWebhookEndpoint.Path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static void AssertWaiting(WebhookBed bed)
    {
        Assert.Equal((RolloutPhase.WaitingApproval, 0), (bed.Manager.State.Phase, bed.Manager.State.StepIndex));
        Assert.Empty(bed.Manager.State.Approvals);
    }

    private static (int Status, string Title) Short((int Status, string Detail) problem) => (problem.Status, problem.Detail.Split(':')[0]);

    private static void Set(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, value);
    }
}
