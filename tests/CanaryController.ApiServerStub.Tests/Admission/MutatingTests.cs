using System.Net;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Tests.Serving;

namespace CanaryController.ApiServerStub.Tests.Admission;

/// <summary>Webhooks that change objects, as a Kubernetes 1.26 API server was seen to call them.</summary>
public sealed class MutatingTests
{
    private const string ConfigMap = """{"metadata":{"name":"m"},"data":{"a":"1"}}""";
    private const string Hooked = """[{"op":"add","path":"/data","value":{"a":"hooked","n":"new"}}]""";

    [Fact]
    public async Task A_generated_name_and_the_uid_are_not_known_when_an_object_is_changed_but_are_when_it_is_judged()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "m", _ => HookServer.Allow);
        await hooks.AddAsync(client, "v", _ => HookServer.Allow, kind: "validating");
        await client.PostAsync($"{Client.ConfigMaps}?fieldManager=fm&dryRun=All", """{"metadata":{"generateName":"g-"}}""");
        var (mutating, validating) = (hooks.Asked.First().Request, hooks.Asked.Last().Request);
        Assert.Equal((null, null, "g-"), ((string?)mutating["name"], (string?)mutating["object"]!["metadata"]!["uid"], (string?)mutating["object"]!["metadata"]!["generateName"]));
        Assert.StartsWith("g-", (string)validating["name"]!, StringComparison.Ordinal);
        Assert.NotNull(validating["object"]!["metadata"]!["uid"]);
        Assert.Equal("""{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","dryRun":["All"],"fieldManager":"fm"}""", mutating["options"]!.ToJsonString());
        Assert.Equal("""{"username":"admin","uid":"admin","groups":["system:masters","system:authenticated"]}""", mutating["userInfo"]!.ToJsonString());
        Assert.Equal(("CREATE", true, "default", null), ((string)mutating["operation"]!, (bool)mutating["dryRun"]!, (string)mutating["namespace"]!, mutating["oldObject"]));
        Assert.Equal("""{"group":"","version":"v1","resource":"configmaps"}""", mutating["requestResource"]!.ToJsonString());
    }

    [Fact]
    public async Task What_a_webhook_changed_belongs_to_nobody_new()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        await hooks.AddAsync(client, "m", request => (string)request["operation"]! == "DELETE" ? HookServer.Allow : HookServer.Patch(Hooked));
        var (_, made) = await client.ApplyAsync($"{Client.ConfigMaps}/m", "fm", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"1"}}""");
        var (again, _) = await client.ApplyAsync($"{Client.ConfigMaps}/m", "fm", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"2"}}""");
        var (other, shared) = await client.ApplyAsync($"{Client.ConfigMaps}/m", "fo", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"hooked","n":"q"}}""");
        Assert.Equal("""{"a":"hooked","n":"new"}""", made["data"]!.ToJsonString());
        Assert.Equal("""{"f:data":{"f:a":{}}}""", made["metadata"]!["managedFields"]!.AsArray().Single()!["fieldsV1"]!.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (again, other));
        Assert.Equal(2, shared["metadata"]!["managedFields"]!.AsArray().Count);
    }

    [Fact]
    public async Task Configurations_are_asked_by_name_and_again_only_who_wants_it()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        JsonObject Count(JsonNode request)
        {
            var count = int.Parse((string?)request["object"]!["data"]!["count"] ?? "0", System.Globalization.CultureInfo.InvariantCulture) + 1;
            return HookServer.Patch($$"""[{"op":"add","path":"/data/count","value":"{{count}}"}]""");
        }

        await hooks.AddAsync(client, "c", Count);
        await hooks.AddAsync(client, "b", _ => HookServer.Patch("""[{"op":"add","path":"/data/one","value":"1"}]"""));
        await hooks.AddAsync(client, "a", Count, """{"reinvocationPolicy":"IfNeeded"}""");
        var (_, made) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        Assert.Equal(["/a", "/b", "/c", "/a"], hooks.Asked.Select(asked => asked.Path));
        Assert.Equal("3", (string)made["data"]!["count"]!);
    }

    [Fact]
    public async Task A_custom_resource_is_validated_and_pruned_after_it_was_changed()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.WithWidgetsAsync();
        await hooks.AddAsync(client, "m", _ => HookServer.Patch("""[{"op":"add","path":"/spec/junk","value":1},{"op":"add","path":"/spec/color","value":"green"}]"""));
        var (_, made) = await client.PostAsync(Client.Widgets, Client.Widget("w", """{"size":1}"""));
        hooks.On("/m", _ => HookServer.Patch("""[{"op":"add","path":"/spec/size","value":99}]"""));
        var (code, _) = await client.MergeAsync($"{Client.Widgets}/w", """{"spec":{"size":3}}""");
        Assert.Equal("green", (string)made["spec"]!["color"]!);
        Assert.Null((await client.GetAsync($"{Client.Widgets}/w")).Body["spec"]!["junk"]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task A_webhook_of_one_version_is_asked_about_the_other_in_its_own_words_unless_it_is_exact()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.WithWidgetsAsync();
        const string Rules = "\"rules\":[{\"apiGroups\":[\"example.com\"],\"apiVersions\":[\"v1\"],\"operations\":[\"CREATE\"],\"resources\":[\"widgets\"]}]";
        await hooks.AddAsync(client, "any", _ => HookServer.Patch("""[{"op":"add","path":"/spec/color","value":"green"}]"""), $"{{{Rules}}}");
        await hooks.AddAsync(client, "exact", _ => HookServer.Deny(), $"{{{Rules},\"matchPolicy\":\"Exact\"}}");
        var (code, made) = await client.PostAsync(Client.Widgets.Replace("/v1/", "/v1beta1/", StringComparison.Ordinal), Client.Widget("w", """{"size":1}""").Replace("/v1\"", "/v1beta1\"", StringComparison.Ordinal));
        var asked = hooks.Asked.Single().Request;
        Assert.Equal((HttpStatusCode.Created, "example.com/v1beta1", "green"), (code, (string)made["apiVersion"]!, (string)made["spec"]!["color"]!));
        Assert.Equal(("example.com/v1", "v1", "v1beta1"), ((string)asked["object"]!["apiVersion"]!, (string)asked["kind"]!["version"]!, (string)asked["requestKind"]!["version"]!));
    }

    [Fact]
    public async Task A_write_that_comes_between_makes_a_patch_start_again_and_a_versioned_one_fail()
    {
        await using var hooks = await HookServer.StartAsync();
        await using var client = await Client.StartAsync();
        var (_, made) = await client.PostAsync(Client.ConfigMaps, ConfigMap);
        var between = 0;
        await hooks.AddAsync(client, "m", _ =>
        {
            if (Interlocked.Increment(ref between) is 1 or 3)
            {
                var now = client.Server.Store.Find("core/configmaps", "default", "m")!;
                now["data"]![$"between{between}"] = "x";
                hooks.On("/m", _ => HookServer.Allow);
                client.Server.Store.Update("core/configmaps", now);
            }

            return HookServer.Allow;
        });
        var (_, patched) = await client.MergeAsync($"{Client.ConfigMaps}/m", """{"data":{"b":"2"}}""");
        made["data"]!["c"] = "3";
        var (stale, _) = await client.PutAsync($"{Client.ConfigMaps}/m", made.ToJsonString());
        Assert.Equal("""{"a":"1","b":"2","between1":"x"}""", new JsonObject(patched["data"]!.AsObject().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))).ToJsonString());
        Assert.Equal(HttpStatusCode.Conflict, stale);
    }
}
