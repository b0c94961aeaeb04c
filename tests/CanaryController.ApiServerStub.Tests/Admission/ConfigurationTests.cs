using System.Net;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Tests.Serving;

namespace CanaryController.ApiServerStub.Tests.Admission;

/// <summary>What a webhook configuration may say, as a Kubernetes 1.26 API server was seen to check it.</summary>
public sealed class ConfigurationTests
{
    private const string Path = "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

    [Theory]
    [InlineData("""{"name":"a.b"}""", "webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments separated by dots")]
    [InlineData("""{"sideEffects":null}""", "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun")]
    [InlineData("""{"sideEffects":"Some"}""", "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"")]
    [InlineData("""{"admissionReviewVersions":null}""", "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1")]
    [InlineData("""{"admissionReviewVersions":["v2"]}""", "webhooks[0].admissionReviewVersions: Invalid value: []string{\"v2\"}: must include at least one of v1, v1beta1")]
    [InlineData("""{"timeoutSeconds":31}""", "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [InlineData("""{"failurePolicy":"X"}""", "webhooks[0].failurePolicy: Unsupported value: \"X\": supported values: \"Fail\", \"Ignore\"")]
    [InlineData("""{"matchPolicy":"X"}""", "webhooks[0].matchPolicy: Unsupported value: \"X\": supported values: \"Equivalent\", \"Exact\"")]
    [InlineData("""{"matchConditions":[{"name":"x","expression":"true"}]}""", "webhooks[0].matchConditions: Forbidden: this server evaluates no CEL expressions")]
    [InlineData("""{"clientConfig":{}}""", "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [InlineData("""{"clientConfig":{"url":"http://a.b/"}}""", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]")]
    [InlineData("""{"clientConfig":{"service":{"name":"a","path":"/x"}}}""", "webhooks[0].clientConfig.service.namespace: Required value: service namespace is required")]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*","CREATE"],"resources":["pods"]}]}""", "webhooks[0].rules[0].operations: Invalid value: []admissionregistration.OperationType{\"*\", \"CREATE\"}: if '*' is present, must not specify other operations")]
    [InlineData("""{"rules":[{"apiGroups":[],"apiVersions":["v1"],"operations":["*"],"resources":["pods"]}]}""", "webhooks[0].rules[0].apiGroups: Required value")]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods/*","pods/status"]}]}""", "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/status\": if 'pods/*' is present, must not specify pods/status")]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods"],"scope":"X"}]}""", "webhooks[0].rules[0].scope: Unsupported value: \"X\": supported values: \"*\", \"Cluster\", \"Namespaced\"")]
    [InlineData("""{"objectSelector":{"matchExpressions":[{"key":"a","operator":"In"}]}}""", "webhooks[0].objectSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    public async Task What_is_wrong_is_said(string change, string message)
    {
        await using var client = await Client.StartAsync();
        var (code, body) = await client.PostAsync(Path, Configuration(change));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal($"MutatingWebhookConfiguration.admissionregistration.k8s.io \"z\" is invalid: {message}", (string)body["message"]!);
    }

    [Fact]
    public async Task What_is_left_out_has_defaults_that_belong_to_the_writer_and_the_generation_rises_with_a_change()
    {
        await using var client = await Client.StartAsync();
        var (_, made) = await client.PostAsync(Path, Configuration("{}"));
        var (_, changed) = await client.JsonPatchAsync($"{Path}/z", """[{"op":"replace","path":"/webhooks/0/clientConfig/caBundle","value":"eHg="}]""");
        var hook = made["webhooks"]![0]!;
        Assert.Equal(("Fail", "Equivalent", "Never", 10, "*"), ((string)hook["failurePolicy"]!, (string)hook["matchPolicy"]!, (string)hook["reinvocationPolicy"]!, (int)hook["timeoutSeconds"]!, (string)hook["rules"]![0]!["scope"]!));
        Assert.Contains("\"f:failurePolicy\":{}", made["metadata"]!["managedFields"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal((1, 2), ((int)made["metadata"]!["generation"]!, (int)changed["metadata"]!["generation"]!));
    }

    [Fact]
    public async Task No_webhook_is_asked_about_configurations()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "v", _ => HookServer.Deny(), """{"rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*/*"]}]}""");
        var (code, _) = await client.DeleteAsync($"{Path}/v");
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Empty(hooks.Asked);
    }

    private static string Configuration(string change)
    {
        var hook = (JsonObject)JsonNode.Parse("""
            {"name":"a.example.com","clientConfig":{"url":"https://127.0.0.1:1/","caBundle":""},"sideEffects":"None","admissionReviewVersions":["v1"],
            "rules":[{"apiGroups":[""],"apiVersions":["*"],"operations":["*"],"resources":["configmaps"]}]}
            """)!;
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(change)!)
        {
            hook[name] = value?.DeepClone();
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = "z" }, ["webhooks"] = new JsonArray(hook) }.ToJsonString();
    }
}
