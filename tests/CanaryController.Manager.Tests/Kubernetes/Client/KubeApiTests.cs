using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using Microsoft.AspNetCore.Http;
using static CanaryController.Manager.Tests.Kubernetes.Client.ScriptedApiServer;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class KubeApiTests
{
    private static readonly ObjectName Shop = new("default", "shop");

    [Fact]
    public async Task Each_request_says_what_it_does_in_the_API_servers_terms()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenStatus(200, Item("shop", 5)).ThenStatus(201, Item("shop", 6)).ThenStatus(200, Item("shop", 7));
        server.ThenStatus(200, Item("shop", 8)).ThenStatus(200, """{"kind":"Status","apiVersion":"v1","status":"Success"}""");

        var read = await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default);
        Assert.Equal("GET /apis/apps/v1/namespaces/default/deployments/shop", await server.NextAsync());
        Assert.Equal((true, "5"), (read.IsDone, (string?)read.Body!["metadata"]!["resourceVersion"]));

        await bed.Api.CreateAsync(ObjectKind.Service, "default", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "shop" } }, default);
        Assert.Equal("POST /api/v1/namespaces/default/services?fieldManager=canary-controller", await server.NextAsync());
        Assert.Equal(("application/json", """{"metadata":{"name":"shop"}}"""), (server.Headers["Content-Type"], server.Body));

        await bed.Api.PatchAsync(ObjectKind.Rollout, Shop, JsonPatch.At("6").Add("/status", new JsonObject { ["phase"] = "Idle" }), default, "status");
        Assert.Equal("PATCH /apis/canarycontroller.io/v1alpha1/namespaces/default/rollouts/shop/status?fieldManager=canary-controller", await server.NextAsync());
        Assert.Equal("application/json-patch+json", server.Headers["Content-Type"]);
        Assert.Equal(
            """[{"op":"replace","path":"/metadata/resourceVersion","value":"6"},{"op":"add","path":"/status","value":{"phase":"Idle"}}]""", server.Body);

        var finalizing = await bed.Api.DeleteAsync(ObjectKind.Service, Shop, "u1", default, "7");
        Assert.Equal("DELETE /api/v1/namespaces/default/services/shop", await server.NextAsync());
        Assert.Equal(
            """{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u1","resourceVersion":"7"},"propagationPolicy":"Background"}""", server.Body);
        Assert.NotNull(finalizing.Body);

        var gone = await bed.Api.DeleteAsync(ObjectKind.Service, Shop, "u1", default);
        Assert.Equal((true, null), (gone.IsDone, gone.Body));
        Assert.Contains("canary_kubernetes_requests_total{verb=\"create\",resource=\"services\",code=\"201\"} 1", await MetricsOfAsync(bed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "NotFound", "NotFound")]
    [InlineData(409, "Conflict", "Conflict")]
    [InlineData(409, "AlreadyExists", "AlreadyExists")]
    [InlineData(422, "Invalid", "Invalid")]
    [InlineData(400, "BadRequest", "Invalid")]
    [InlineData(413, "RequestEntityTooLarge", "Invalid")]
    [InlineData(401, "Unauthorized", "Forbidden")]
    [InlineData(403, "Forbidden", "Forbidden")]
    [InlineData(410, "Expired", "Unavailable")]
    [InlineData(429, "TooManyRequests", "Unavailable")]
    [InlineData(500, "InternalError", "Unavailable")]
    [InlineData(503, "ServiceUnavailable", "Unavailable")]
    [InlineData(302, "Found", "Unavailable")]
    public async Task What_the_server_refuses_is_an_outcome_and_a_sentence(int code, string reason, string outcome)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenRefuse(code, reason, "the server's words");

        var answer = await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default);

        Assert.Equal((Enum.Parse<KubeOutcome>(outcome), null), (answer.Outcome, answer.Body));
        Assert.Equal($"The API server refused to get Deployment default/shop: the server's words ({code} {reason}).", answer.Problem);
    }

    [Fact]
    public async Task A_namespace_that_is_being_deleted_is_told_from_a_missing_permission()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenRefuse(403, "Forbidden", "unable to create", details: """{"causes":[{"reason":"Other"},{"reason":"NamespaceTerminating","field":"metadata.namespace"}]}""");
        Assert.Equal(KubeOutcome.NamespaceTerminating, (await bed.Api.CreateAsync(ObjectKind.Service, "default", [], default)).Outcome);
    }

    [Theory]
    [InlineData(502, "<html>bad gateway</html>", "<html>bad gateway</html> (502)")]
    [InlineData(503, "", "it does not say why (503)")]
    [InlineData(500, "[1]", "it does not say why (500)")]
    [InlineData(200, "<html>welcome</html>", "no JSON object")]
    [InlineData(200, "[]", "no JSON object")]
    [InlineData(200, "{\"a\":1", "no JSON object")]
    public async Task Whoever_answers_in_the_place_of_the_server_is_no_success(int code, string body, string told)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenStatus(code, body);
        var answer = await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default);
        Assert.Equal(KubeOutcome.Unavailable, answer.Outcome);
        Assert.Contains(told, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_in_time_is_unavailable_and_being_cancelled_is_not()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        var late = bed.Api.GetAsync(ObjectKind.Deployment, Shop, default);
        await server.NextAsync();
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((KubeOutcome.Unavailable, "The API server did not get Deployment default/shop within 10 s."), ((await late).Outcome, (await late).Problem));
        Assert.Contains("{verb=\"get\",resource=\"deployments\",code=\"none\"} 1", await MetricsOfAsync(bed), StringComparison.Ordinal);

        using var cancelled = new CancellationTokenSource();
        var given = bed.Api.GetAsync(ObjectKind.Deployment, Shop, cancelled.Token);
        await server.NextAsync();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
    }

    [Fact]
    public async Task Nobody_there_and_an_answer_that_breaks_off_are_unavailable()
    {
        var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.Then(async context =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        Assert.Equal(KubeOutcome.Unavailable, (await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default)).Outcome);
        await server.DisposeAsync();
        Assert.Equal(KubeOutcome.Unavailable, (await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default)).Outcome);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenStatus(200, new string(' ', KubeApi.MaxAnswerBytes + 1));
        Assert.Contains("larger than 8 MB", (await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rest_that_the_server_asks_for_holds_back_all_but_the_urgent()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        await using var bed = new KubeBed(server.Url);
        server.ThenRefuse(429, "TooManyRequests", "slow down", retryAfter: 5).ThenStatus(200, "{}").ThenStatus(200, "{}");
        Assert.EndsWith("It asks to be left alone for 5 s.", (await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default)).Problem, StringComparison.Ordinal);

        var patient = bed.Api.GetAsync(ObjectKind.Service, Shop, default);
        using (UrgentRequests.Begin())
        {
            Assert.True((await bed.Api.GetAsync(ObjectKind.Deployment, Shop, default)).IsDone);
        }

        Assert.False(patient.IsCompleted);
        Assert.InRange((await bed.PassUntilAsync(patient, TimeSpan.FromMilliseconds(100))).TotalSeconds, 4.9, 5.5);
        Assert.True((await patient).IsDone);
    }

    private static async Task<string> MetricsOfAsync(KubeBed bed)
    {
        using var stream = new MemoryStream();
        await bed.Registry.CollectAndExportAsTextAsync(stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
