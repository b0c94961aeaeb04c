using System.Net;
using System.Text.Json.Nodes;

namespace CanaryController.Gateway.Tests;

/// <summary>docs/gateway-admin-api.md, as a client sees it.</summary>
public sealed class AdminApiTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer another-token-of-somebody")]
    [InlineData("Basic a-token-of-these-tests")]
    [InlineData("Bearer ")]
    public async Task Without_the_token_everything_below_admin_is_401(string? authorization)
    {
        await using var shop = await ShopGateway.StartAsync();
        using var client = new HttpClient { BaseAddress = shop.Gateway.Admin.BaseAddress };
        if (authorization is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var path in new[] { "/admin/v1/routes", "/admin/v1/routes/shop", "/Admin/v1/routes", "/admin/anything" })
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }

        foreach (var path in new[] { "/metrics", "/healthz", "/readyz" })
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_route_shows_its_split_and_its_versions()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(9500, 500, """[{"kind": "Header", "name": "x-canary", "value": "always", "version": "v2"}]""");
        var expected = JsonNode.Parse("""
            {
              "name": "shop",
              "generation": 2,
              "split": {
                "weights": {"v1": 9500, "v2": 500},
                "matches": [{"kind": "Header", "name": "x-canary", "value": "always", "version": "v2"}]
              },
              "versions": [{"name": "v1", "destinations": 1, "healthy": 1}, {"name": "v2", "destinations": 1, "healthy": 1}]
            }
            """)!;
        var route = await shop.Gateway.RouteAsync();
        Assert.True(JsonNode.DeepEquals(expected, route), route.ToJsonString());
        var all = JsonNode.Parse(await shop.Gateway.Admin.GetStringAsync(new Uri("/admin/v1/routes", UriKind.Relative)))!;
        Assert.True(JsonNode.DeepEquals(expected, all["routes"]![0]));
    }

    [Fact]
    public async Task The_generation_rises_only_with_a_split_that_differs()
    {
        await using var shop = await ShopGateway.StartAsync();
        Assert.Equal(2, (long)(await shop.Gateway.SplitAsync(9000, 1000))["generation"]!);
        Assert.Equal(2, (long)(await shop.Gateway.SplitAsync(9000, 1000))["generation"]!);
        Assert.Equal(3, (long)(await shop.Gateway.SplitAsync(10000, 0))["generation"]!);
        using var without = await shop.Gateway.PutAsync("""{"weights": {"v1": 10000}}""");
        var route = JsonNode.Parse(await without.Content.ReadAsStringAsync())!;
        Assert.Equal(3, (long)route["generation"]!);
        Assert.Equal("""{"v1":10000}""", route["split"]!["weights"]!.ToJsonString());
        Assert.Equal("\"3\"", without.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task A_split_that_was_in_force_for_a_moment_only_stands_among_the_changes()
    {
        await using var shop = await ShopGateway.StartAsync();
        foreach (var canary in Enumerable.Range(1, 60))
        {
            await shop.Gateway.SplitAsync(10_000 - canary, canary);
        }

        var changes = JsonNode.Parse(await shop.Gateway.Admin.GetStringAsync(new Uri("/admin/v1/routes/shop/changes", UriKind.Relative)))!["changes"]!.AsArray();

        Assert.Equal(Enumerable.Range(12, 50).Select(generation => (long)generation), changes.Select(change => (long)change!["generation"]!));
        Assert.Equal("""{"v1":9940,"v2":60}""", changes[^1]!["weights"]!.ToJsonString());
        Assert.Equal(changes.Select(change => (DateTimeOffset)change!["at"]!).Order(), changes.Select(change => (DateTimeOffset)change!["at"]!));
    }

    [Fact]
    public async Task If_match_guards_against_a_split_that_was_not_read()
    {
        await using var shop = await ShopGateway.StartAsync();
        using var right = await shop.Gateway.PutAsync("""{"weights": {"v1": 9000, "v2": 1000}}""", "\"1\"");
        using var stale = await shop.Gateway.PutAsync("""{"weights": {"v1": 0, "v2": 10000}}""", "\"1\"");
        using var nonsense = await shop.Gateway.PutAsync("""{"weights": {"v1": 0, "v2": 10000}}""", "\"one\"");
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, nonsense.StatusCode);
        Assert.Equal(1000, (int)(await shop.Gateway.RouteAsync())["split"]!["weights"]!["v2"]!);
    }

    [Fact]
    public async Task Everything_wrong_with_a_split_is_said_at_once_and_nothing_changes()
    {
        await using var shop = await ShopGateway.StartAsync();
        using var response = await shop.Gateway.PutAsync("""
            {
              "weights": {"v1": 9000, "v3": 500, "v2": -1},
              "matches": [{"kind": "Query", "name": "", "version": "v9", "extra": 1}],
              "weigths": {}
            }
            """);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(
            [
                "weigths", "weights.v3", "weights.v2", "weights", "matches[0].extra", "matches[0].kind", "matches[0].name", "matches[0].value", "matches[0].version",
            ],
            problem["errors"]!.AsArray().Select(error => (string)error!["path"]!));
        Assert.Equal(1, (long)(await shop.Gateway.RouteAsync())["generation"]!);
    }

    [Theory]
    [InlineData("shop", "{", HttpStatusCode.BadRequest)]
    [InlineData("shop", "[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("shop", "{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("shop", """{"weights": {"v1": 10000.5}}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("shop", """{"weights": {"v1": 5000, "v1": 10000}}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("shop", """{"weights": {"v1": 10000}, "weights": {"v2": 10000}}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("shop", """{"weights": {"v1": 10000}, "matches": [{"kind": "Header", "name": "a", "value": "\ud800", "version": "v2"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("shop", """{"weights": {"\udc00": 10000}}""", HttpStatusCode.BadRequest)]
    [InlineData("other", """{"weights": {"v1": 10000}}""", HttpStatusCode.NotFound)]
    public async Task A_put_that_cannot_be_is_refused(string route, string body, HttpStatusCode status)
    {
        await using var shop = await ShopGateway.StartAsync();
        using var response = await shop.Gateway.PutAsync(body, route: route);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_body_over_64_KB_is_413()
    {
        await using var shop = await ShopGateway.StartAsync();
        using var response = await shop.Gateway.PutAsync(new string(' ', 65_537));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Known_versions_are_counted_from_zero()
    {
        await using var shop = await ShopGateway.StartAsync();
        Assert.Equal(0, await shop.Gateway.MetricAsync("""canary_gateway_requests_total{route="shop",version="v2",code="500"}"""));
        Assert.Equal(0, await shop.Gateway.MetricAsync("""canary_gateway_request_duration_seconds_count{route="shop",version="v2"}"""));
        await shop.Gateway.SplitAsync(0, 10000);
        await shop.Gateway.AskAsync();
        Assert.Equal(1, await shop.Gateway.MetricAsync("""canary_gateway_requests_total{route="shop",version="v2",code="200"}"""));
        Assert.Equal(1, await shop.Gateway.MetricAsync("""canary_gateway_request_duration_seconds_bucket{route="shop",version="v2",le="+Inf"}"""));
        Assert.Equal(1, await shop.Gateway.MetricAsync("""canary_gateway_weight_ratio{route="shop",version="v2"}"""));
        Assert.Equal(2, await shop.Gateway.MetricAsync("""canary_gateway_split_generation{route="shop"}"""));
    }
}
