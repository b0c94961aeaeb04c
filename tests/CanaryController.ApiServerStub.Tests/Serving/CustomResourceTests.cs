using System.Net;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Resources that a CRD defines.</summary>
public sealed class CustomResourceTests
{
    [Fact]
    public async Task Unknown_fields_are_pruned_and_defaults_are_set()
    {
        await using var client = await Client.WithWidgetsAsync();
        var (code, body) = await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":3,"bogus":1,"free":{"any":{"thing":1}}}"""));
        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Equal("""{"size":3,"free":{"any":{"thing":1}},"color":"red"}""", body["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{}""", "spec.size: Required value")]
    [InlineData("""{"size":0}""", "greater than or equal to 1")]
    [InlineData("""{"size":"3"}""", "must be of type integer")]
    [InlineData("""{"size":3,"color":"blue"}""", "Unsupported value")]
    [InlineData("""{"size":3,"parts":[{"name":"a"},{"name":"a"}]}""", "Duplicate value")]
    public async Task What_the_schema_forbids_is_invalid(string spec, string message)
    {
        await using var client = await Client.WithWidgetsAsync();
        var (code, body) = await client.PostAsync(Client.Widgets, Client.Widget("w", spec));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains(message, (string)body["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_is_written_by_its_subresource_only()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":3}"""));
        var (_, main) = await client.MergeAsync($"{Client.Widgets}/w", """{"status":{"phase":"no"},"spec":{"size":4}}""");
        var (_, status) = await client.MergeAsync($"{Client.Widgets}/w/status", """{"metadata":{"labels":{"no":"no"}},"status":{"phase":"yes"},"spec":{"size":5}}""");
        Assert.Null(main["status"]);
        Assert.Equal(("yes", 4, 2), ((string)status["status"]!["phase"]!, (int)status["spec"]!["size"]!, (int)status["metadata"]!["generation"]!));
        Assert.Null(status["metadata"]!["labels"]);
    }

    [Fact]
    public async Task A_replacement_names_the_version_that_it_replaces()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":3}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PutAsync($"{Client.Widgets}/w", Client.Widget("w", """{"size":4}"""))).Code);
    }

    [Fact]
    public async Task Every_version_is_served()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":3}"""));
        var (_, other) = await client.GetAsync("apis/example.com/v1beta1/namespaces/default/widgets/w");
        var (_, resources) = await client.GetAsync("apis/example.com/v1");
        Assert.Equal("example.com/v1beta1", (string)other["apiVersion"]!);
        Assert.Equal(["widgets", "widgets/status"], resources["resources"]!.AsArray().Select(resource => (string)resource!["name"]!));
    }

    [Fact]
    public async Task A_crd_takes_its_resources_with_it()
    {
        await using var client = await Client.WithWidgetsAsync();
        await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":3}"""));
        await client.DeleteAsync("apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com");
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(Client.Widgets)).Code);
    }
}
