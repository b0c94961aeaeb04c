using System.Net;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Writes, as a Kubernetes 1.26 API server was seen to answer them.</summary>
public sealed class WritingTests
{
    [Fact]
    public async Task A_stale_resource_version_in_a_json_patch_is_a_conflict()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var (code, body) = await client.JsonPatchAsync($"{Client.Deployments}/a", """[{"op":"replace","path":"/metadata/resourceVersion","value":"1"},{"op":"add","path":"/spec/paused","value":true}]""");
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (code, (string)body["reason"]!));
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/spec/replicas","value":7}]""")]
    [InlineData("""[{"op":"remove","path":"/spec/paused"}]""")]
    [InlineData("""[{"op":"add","path":"/metadata/annotations/x","value":"y"}]""")]
    public async Task A_json_patch_that_does_not_apply_is_invalid(string patch)
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a", "\"paused\":false,"));
        var (code, body) = await client.JsonPatchAsync($"{Client.Deployments}/a", patch);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (code, (string)body["reason"]!));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_resource_version()
    {
        await using var client = await Client.StartAsync();
        var (_, made) = await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var (_, same) = await client.MergeAsync($"{Client.Deployments}/a", """{"spec":{"replicas":1,"paused":false}}""");
        Assert.Equal((string)made["metadata"]!["resourceVersion"]!, (string)same["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task The_generation_of_a_deployment_rises_with_its_spec_and_not_with_its_status()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var (_, status) = await client.MergeAsync($"{Client.Deployments}/a/status", """{"status":{"replicas":1},"spec":{"replicas":5}}""");
        var (_, spec) = await client.MergeAsync($"{Client.Deployments}/a", """{"spec":{"replicas":2},"status":{"replicas":9}}""");
        Assert.Equal((1, 1, 1), ((int)status["metadata"]!["generation"]!, (int)status["spec"]!["replicas"]!, (int)status["status"]!["replicas"]!));
        Assert.Equal((2, 2, 1), ((int)spec["metadata"]!["generation"]!, (int)spec["spec"]!["replicas"]!, (int)spec["status"]!["replicas"]!));
    }

    [Fact]
    public async Task A_deployments_selector_is_required_immutable_and_matches_its_template()
    {
        await using var client = await Client.StartAsync();
        var none = await client.PostAsync(Client.Deployments, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"b"},"spec":{"template":{"metadata":{"labels":{"app":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}""");
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var other = await client.MergeAsync($"{Client.Deployments}/a", """{"spec":{"selector":{"matchLabels":{"app":"z"}}}}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (none.Code, other.Code));
        Assert.Contains("spec.selector: Required value", (string)none.Body["message"]!, StringComparison.Ordinal);
        Assert.Contains("field is immutable", (string)other.Body["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_has_one_controller_at_most()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.ConfigMaps, """{"metadata":{"name":"m"}}""");
        var (code, _) = await client.MergeAsync($"{Client.ConfigMaps}/m", """
            {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"a","uid":"1","controller":true},{"apiVersion":"v1","kind":"X","name":"b","uid":"2","controller":true}]}}
            """);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task Nothing_is_created_in_a_namespace_that_ends()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync("api/v1/namespaces", """{"metadata":{"name":"gone"}}""");
        await client.DeleteAsync("api/v1/namespaces/gone");
        var (code, body) = await client.PostAsync("api/v1/namespaces/gone/configmaps", """{"metadata":{"name":"m"}}""");
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("NamespaceTerminating", (string)body["details"]!["causes"]![0]!["reason"]!);
    }

    [Fact]
    public async Task A_deleted_object_stays_until_its_finalizers_are_gone()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.ConfigMaps, """{"metadata":{"name":"m","finalizers":["a.b/c"]}}""");
        var deleted = await client.DeleteAsync($"{Client.ConfigMaps}/m");
        var added = await client.MergeAsync($"{Client.ConfigMaps}/m", """{"metadata":{"finalizers":["a.b/c","d.e/f"]}}""");
        await client.MergeAsync($"{Client.ConfigMaps}/m", """{"metadata":{"finalizers":null}}""");
        Assert.NotNull(deleted.Body["metadata"]!["deletionTimestamp"]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, added.Code);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{Client.ConfigMaps}/m")).Code);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task A_propagation_policy_leaves_its_finalizer_to_the_garbage_collector(string policy, string finalizer)
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var (_, body) = await client.DeleteAsync($"{Client.Deployments}/a?propagationPolicy={policy}");
        Assert.Equal([finalizer], body["metadata"]!["finalizers"]!.AsArray().Select(value => (string)value!));
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        await using var client = await Client.StartAsync();
        var (code, _) = await client.PostAsync($"{Client.ConfigMaps}?dryRun=All", """{"metadata":{"name":"m"}}""");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NotFound), (code, (await client.GetAsync($"{Client.ConfigMaps}/m")).Code));
    }

    [Fact]
    public async Task An_event_is_about_something_in_its_own_namespace()
    {
        await using var client = await Client.StartAsync();
        var other = await client.PostAsync("api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"namespace":"other"}}""");
        var own = await client.PostAsync("api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"namespace":"default"},"message":"m"}""");
        var seen = await client.GetAsync("apis/events.k8s.io/v1/namespaces/default/events/e");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.Created, "m"), (other.Code, own.Code, (string)seen.Body["note"]!));
    }

    [Fact]
    public async Task A_strategic_merge_patch_merges_containers_by_name()
    {
        await using var client = await Client.StartAsync();
        await client.PostAsync(Client.Deployments, Client.Deployment("a"));
        var (_, body) = await client.SendAsync(HttpMethod.Patch, $"{Client.Deployments}/a", """{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"x"},{"name":"c","image":"shop:2"}]}}}}""", "application/strategic-merge-patch+json");
        var containers = body["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["d:x", "c:shop:2"], containers.Select(container => $"{container!["name"]}:{container["image"]}"));
    }

    [Fact]
    public async Task A_service_gets_an_address_that_never_changes()
    {
        await using var client = await Client.StartAsync();
        var (_, made) = await client.PostAsync("api/v1/namespaces/default/services", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""");
        var (code, _) = await client.MergeAsync("api/v1/namespaces/default/services/s", """{"spec":{"clusterIP":"10.96.9.9"}}""");
        Assert.Equal((80, "TCP"), ((int)made["spec"]!["ports"]![0]!["targetPort"]!, (string)made["spec"]!["ports"]![0]!["protocol"]!));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
    }
}
