using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;
using CanaryController.ApiServerStub.Storage;
using CanaryController.ApiServerStub.Tests.Serving;

namespace CanaryController.ApiServerStub.Tests.Admission;

/// <summary>When webhooks are called, and how they refuse, as a Kubernetes 1.26 API server was seen to do it.</summary>
public sealed class JudgingTests
{
    private const string ConfigMap = """{"metadata":{"name":"m"},"data":{"a":"1"}}""";

    [Theory]
    [InlineData(null, 400, "admission webhook \"v.example.com\" denied the request without explanation", null)]
    [InlineData("""{"message":"no way"}""", 400, "admission webhook \"v.example.com\" denied the request: no way", null)]
    [InlineData("""{"message":"","reason":"Because"}""", 400, "admission webhook \"v.example.com\" denied the request: Because", "Because")]
    [InlineData("""{"message":"no way","code":200}""", 400, "admission webhook \"v.example.com\" denied the request: no way", null)]
    [InlineData("""{"message":"no way","code":403,"reason":"Forbidden"}""", 403, "admission webhook \"v.example.com\" denied the request: no way", "Forbidden")]
    public async Task A_denial_has_the_webhooks_code_or_400(string? status, int code, string message, string? reason)
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => HookServer.Deny(status), """{"failurePolicy":"Ignore"}""", "validating");
        var (answered, body) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        Assert.Equal((code, message, reason), ((int)answered, (string)body["message"]!, (string?)body["reason"]));
    }

    [Theory]
    [InlineData("""{"allowed":true,"uid":"x"}""", "received invalid webhook response: expected response.uid=")]
    [InlineData("""{"allowed":true,"patch":"W10="}""", "received invalid webhook response: webhook returned response.patch but not response.patchType")]
    public async Task An_answer_that_is_none_fails_unless_the_webhook_may_be_ignored(string answer, string why)
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => (JsonObject)JsonNode.Parse(answer)!);
        var (code, body) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        await client.MergeAsync("apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/v", "{}");
        await client.JsonPatchAsync("apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/v", """[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]""");
        var (ignored, _) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        Assert.Equal(HttpStatusCode.InternalServerError, code);
        Assert.StartsWith($"Internal error occurred: failed calling webhook \"v.example.com\": {why}", (string)body["message"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, ignored);
    }

    [Fact]
    public async Task A_webhook_has_to_prove_who_it_is()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => HookServer.Allow, $$$"""{"clientConfig":{"url":"https://127.0.0.1:{{{hooks.Port}}}/v"}}""");
        var (_, unknown) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        await client.DeleteAsync("apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/v");
        await hooks.AddAsync(client, "v", _ => HookServer.Allow, $$$"""{"clientConfig":{"url":"https://localhost:{{{hooks.Port}}}/v","caBundle":"{{{HookServer.CaBundle}}}"}}""");
        var (_, other) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        Assert.Contains("x509: certificate signed by unknown authority", (string)unknown["message"]!, StringComparison.Ordinal);
        Assert.Contains("x509: certificate is valid for hooks.default.svc, 127.0.0.1, not localhost", (string)other["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_is_reached_on_the_port_of_its_annotation()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => HookServer.Deny("""{"message":"reached"}"""), $$$"""{"clientConfig":{"service":{"namespace":"default","name":"hooks","path":"/v"},"caBundle":"{{{HookServer.CaBundle}}}"}}""");
        var (_, none) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        await client.PostAsync("api/v1/namespaces/default/services", $$$"""{"metadata":{"name":"hooks","annotations":{"api-server-stub/loopback-port":"{{{hooks.Port}}}"}},"spec":{"ports":[{"port":443}]}}""");
        var (_, reached) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        Assert.EndsWith("failed to call webhook: Post \"https://hooks.default.svc:443/v?timeout=10s\": service \"hooks\" not found", (string)none["message"]!, StringComparison.Ordinal);
        Assert.EndsWith("denied the request: reached", (string)reached["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_are_told_also_when_the_write_is_refused()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => new() { ["allowed"] = false, ["warnings"] = new JsonArray("be careful \"x\"", "two\nlines", "") }, kind: "validating");
        using var content = new StringContent(ConfigMap, Encoding.UTF8, "application/json");
        using var response = await client.Http.PostAsync(new Uri(Client.ConfigMaps, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(["299 - \"be careful \\\"x\\\"\""], response.Headers.GetValues("Warning"));
    }

    [Theory]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"default"}}}""", true)]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"other"}}}""", false)]
    [InlineData("""{"objectSelector":{"matchLabels":{"before":"yes"}}}""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"after":"yes"}}}""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"never":"yes"}}}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","DELETE"],"resources":["*"]}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["*"],"scope":"Cluster"}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["configmaps/*"]}]}""", true)]
    [InlineData("""{"rules":[{"apiGroups":["apps"],"apiVersions":["*"],"operations":["*"],"resources":["*/*"]}]}""", false)]
    public async Task Selectors_and_rules_say_what_a_webhook_is_asked_about(string more, bool isAsked)
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.ConfigMaps, """{"metadata":{"name":"m","labels":{"before":"yes"}}}""");
        await hooks.AddAsync(client, "v", _ => HookServer.Allow, more, "validating");
        await client.JsonPatchAsync($"{Client.ConfigMaps}/m", """[{"op":"replace","path":"/metadata/labels","value":{"after":"yes"}}]""");
        Assert.Equal(isAsked, !hooks.Asked.IsEmpty);
    }

    [Fact]
    public async Task Subresources_and_deletions_are_asked_about_as_what_they_are()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        await hooks.AddAsync(client, "v", _ => HookServer.Allow, """{"rules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["deployments","deployments/*"]}]}""", "validating");
        await client.MergeAsync($"{Client.Deployments}/a/scale", """{"spec":{"replicas":3}}""");
        await client.MergeAsync($"{Client.Deployments}/a/status", """{"status":{"replicas":3}}""");
        await client.DeleteAsync($"{Client.Deployments}/a?propagationPolicy=Background");
        var asked = hooks.Asked.Select(asked => $"{asked.Request["operation"]} {asked.Request["kind"]!["kind"]} {asked.Request["subResource"]} {asked.Request["object"]?["kind"]} {asked.Request["oldObject"]!["kind"]}");
        Assert.Equal(["UPDATE Scale scale Scale Scale", "UPDATE Deployment status Deployment Deployment", "DELETE Deployment   Deployment"], asked);
        Assert.Equal("Background", (string)hooks.Asked.Last().Request["options"]!["propagationPolicy"]!);
    }

    [Fact]
    public async Task The_clusters_own_controllers_are_asked_about_under_their_names()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => HookServer.Deny(), """{"rules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["replicasets"]}]}""", "validating");
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "r", ["namespace"] = "default" }, ["spec"] = JsonNode.Parse("""{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}""") };
        Assert.Throws<ApiException>(() => client.Server.Store.As("deployment-controller").Create(Resources.ReplicaSets, body));
        var user = hooks.Asked.Single().Request["userInfo"]!;
        Assert.Equal("system:serviceaccount:kube-system:deployment-controller", (string)user["username"]!);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"], user["groups"]!.AsArray().Select(group => (string)group!));
    }
}
