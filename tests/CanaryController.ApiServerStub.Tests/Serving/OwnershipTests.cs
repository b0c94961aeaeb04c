using System.Net;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>managedFields and server-side apply, as a Kubernetes 1.26 API server was seen to keep them.</summary>
public sealed class OwnershipTests
{
    private static string Config(string spec) => Client.Widget("w", spec);

    private static string Managers(JsonNode body) =>
        string.Join(' ', (body["metadata"]!["managedFields"]?.AsArray() ?? []).Select(entry => $"{entry!["manager"]}/{entry["operation"]}:{entry["fieldsV1"]!.ToJsonString()}"));

    [Fact]
    public async Task An_apply_owns_what_it_names_and_not_what_is_defaulted()
    {
        await using var client = await Client.WithWidgetsAsync();
        var (code, body) = await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3,"rules":[{"name":"a"}],"parts":[{"name":"p"}]}"""));
        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Equal("""argo/Apply:{"f:spec":{"f:parts":{"k:{\u0022name\u0022:\u0022p\u0022}":{".":{},"f:name":{}}},"f:rules":{},"f:size":{}}}""", Managers(body));
    }

    [Fact]
    public async Task An_unforced_apply_of_what_another_owns_is_a_conflict_that_names_both()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3,"rules":[{"name":"a"}]}"""));
        await client.JsonPatchAsync($"{Client.Widgets}/w", """[{"op":"replace","path":"/spec/rules/0/name","value":"b"}]""");
        var refused = await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3,"rules":[{"name":"a"}]}"""));
        var forced = await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3,"rules":[{"name":"a"}]}"""), force: true);
        Assert.Equal(HttpStatusCode.Conflict, refused.Code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"tester\" using example.com/v1: .spec.rules", (string)refused.Body["message"]!);
        Assert.Equal("""argo/Apply:{"f:spec":{"f:rules":{},"f:size":{}}}""", Managers(forced.Body));
    }

    [Fact]
    public async Task What_an_applier_no_longer_applies_goes_unless_another_owns_it()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.ApplyAsync($"{Client.Widgets}/w", "one", Config("""{"size":3,"parts":[{"name":"a","count":1},{"name":"b"}]}"""));
        await client.ApplyAsync($"{Client.Widgets}/w", "two", Config("""{"size":3,"parts":[{"name":"b"}]}"""));
        var (_, body) = await client.ApplyAsync($"{Client.Widgets}/w", "one", Config("""{"size":3}"""));
        Assert.Equal("""[{"name":"b"}]""", body["spec"]!["parts"]!.ToJsonString());
    }

    [Fact]
    public async Task An_empty_list_of_managers_is_ignored_for_a_custom_resource()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3}"""));
        var (_, body) = await client.JsonPatchAsync($"{Client.Widgets}/w", """[{"op":"remove","path":"/metadata/managedFields/0"}]""");
        Assert.StartsWith("argo/Apply", Managers(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_empty_entry_resets_the_managers_and_the_next_apply_conflicts_with_before_first_apply()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3}"""));
        var (_, reset) = await client.MergeAsync($"{Client.Widgets}/w", """{"metadata":{"managedFields":[{}]}}""");
        var (code, refused) = await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":4}"""));
        Assert.Null(reset["metadata"]!["managedFields"]);
        Assert.Equal(HttpStatusCode.Conflict, code);
        Assert.Contains("\"before-first-apply\"", (string)refused["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managers_are_restored_by_a_patch_of_their_own_but_not_together_with_a_change()
    {
        await using var client = await Client.WithWidgetsAsync();
        var (_, made) = await client.ApplyAsync($"{Client.Widgets}/w", "argo", Config("""{"size":3}"""));
        var saved = made["metadata"]!["managedFields"]!.ToJsonString();
        var (_, together) = await client.JsonPatchAsync($"{Client.Widgets}/w", $$"""[{"op":"replace","path":"/spec/size","value":4},{"op":"replace","path":"/metadata/managedFields","value":{{saved}}}]""");
        var (_, alone) = await client.JsonPatchAsync($"{Client.Widgets}/w", $$"""[{"op":"replace","path":"/metadata/managedFields","value":{{saved}}}]""");
        Assert.Equal("""tester/Update:{"f:spec":{"f:size":{}}}""", Managers(together));
        Assert.Equal("""argo/Apply:{"f:spec":{"f:size":{}}}""", Managers(alone));
    }

    [Fact]
    public async Task A_services_selector_is_owned_as_a_whole()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync("api/v1/namespaces/default/services", """{"metadata":{"name":"s"},"spec":{"selector":{"app":"a","hash":"1"},"ports":[{"port":80}]}}""");
        var config = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"app":"a"}}}""";
        var refused = await client.ApplyAsync("api/v1/namespaces/default/services/s", "argo", config);
        var forced = await client.ApplyAsync("api/v1/namespaces/default/services/s", "argo", config, force: true);
        Assert.Equal(HttpStatusCode.Conflict, refused.Code);
        Assert.Equal("""{"app":"a"}""", forced.Body["spec"]!["selector"]!.ToJsonString());
    }
}
