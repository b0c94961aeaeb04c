using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Who asks, and what reviews answer about it.</summary>
public sealed class UserTests
{
    private const string Self = "apis/authentication.k8s.io/v1/selfsubjectreviews";
    private static readonly StubOptions _options = new()
    {
        Tokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["root"] = "admin", ["t"] = "jane", ["sa"] = "system:serviceaccount:shop:builder" },
        Users = [new("jane") { Uid = "u1", Groups = ["devs"] }],
        Grants = [new("devs") { Verb = "get", Resource = "apps/deployments", Namespace = "shop" }],
    };

    [Theory]
    [InlineData("root", null, """{"username":"admin","uid":"admin","groups":["system:masters","system:authenticated"]}""")]
    [InlineData("t", null, """{"username":"jane","uid":"u1","groups":["devs","system:authenticated"]}""")]
    [InlineData("sa", null, """{"username":"system:serviceaccount:shop:builder","groups":["system:serviceaccounts","system:serviceaccounts:shop","system:authenticated"]}""")]
    [InlineData("root", "joe", """{"username":"joe","groups":["ops","system:authenticated"]}""")]
    public async Task A_user_is_known_by_a_token_or_impersonated(string token, string? acting, string user)
    {
        await using var client = await Client.StartAsync(_options);
        Assert.Equal((HttpStatusCode.Created, user), await AskAsync(client, token, acting));
    }

    [Fact]
    public async Task Who_may_not_impersonate_does_not()
    {
        await using var client = await Client.StartAsync(_options);
        Assert.Equal((HttpStatusCode.Forbidden, ""), await AskAsync(client, "t", "joe"));
        Assert.Equal((HttpStatusCode.Unauthorized, ""), await AskAsync(client, "unknown", null));
    }

    [Theory]
    [InlineData("""{"user":"jane","groups":["devs"],"resourceAttributes":{"verb":"get","group":"apps","resource":"deployments","namespace":"shop","name":"a"}}""", true)]
    [InlineData("""{"user":"jane","resourceAttributes":{"verb":"get","group":"apps","resource":"deployments","namespace":"shop"}}""", false)]
    [InlineData("""{"user":"jane","groups":["devs"],"resourceAttributes":{"verb":"get","group":"apps","resource":"deployments","subresource":"scale","namespace":"shop"}}""", false)]
    [InlineData("""{"user":"joe","groups":["system:masters"],"nonResourceAttributes":{"verb":"get","path":"/metrics"}}""", true)]
    public async Task An_access_review_answers_from_the_table(string spec, bool isAllowed)
    {
        await using var client = await Client.StartAsync(new() { Grants = _options.Grants });
        var (code, body) = await client.PostAsync("apis/authorization.k8s.io/v1/subjectaccessreviews", $$"""{"spec":{{spec}}}""");
        Assert.Equal((HttpStatusCode.Created, isAllowed), (code, (bool)body["status"]!["allowed"]!));
    }

    private static async Task<(HttpStatusCode Code, string User)> AskAsync(Client client, string token, string? acting)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Self, UriKind.Relative)) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {token}");
        if (acting is not null)
        {
            request.Headers.Add("Impersonate-User", acting);
            request.Headers.Add("Impersonate-Group", "ops");
        }

        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return (response.StatusCode, body["status"] is JsonObject status ? status["userInfo"]!.ToJsonString() : "");
    }
}
