using System.Net;

namespace CanaryController.Gateway.Tests;

/// <summary>Visitors with an affinity cookie.</summary>
public sealed class AffinityTests
{
    private const string Affinity = "  affinity: {cookie: seat, ttl: 2h}";

    [Fact]
    public async Task Every_new_visitor_gets_a_position_that_says_no_version()
    {
        await using var shop = await ShopGateway.StartAsync(Affinity);
        using var response = await shop.Gateway.Users.GetAsync(new Uri("/", UriKind.Relative));
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^seat=[0-9]{1,4}; max-age=7200; path=/; samesite=lax; httponly$", cookie);
    }

    [Fact]
    public async Task A_visitor_with_a_position_gets_no_new_one()
    {
        await using var shop = await ShopGateway.StartAsync(Affinity);
        using var response = await AskAsync(shop, "seat=17");
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("seat=10000")]
    [InlineData("seat=-1")]
    [InlineData("seat=v2")]
    public async Task A_cookie_that_is_no_position_is_replaced(string cookie)
    {
        await using var shop = await ShopGateway.StartAsync(Affinity);
        using var response = await AskAsync(shop, cookie);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Raising_the_weight_moves_only_the_needed_visitors_and_zero_moves_all_back()
    {
        await using var shop = await ShopGateway.StartAsync(Affinity);
        var visitors = Enumerable.Range(0, 400).Select(visitor => visitor * 25).ToList();

        await shop.Gateway.SplitAsync(9500, 500);
        var atFive = await OnCanaryAsync();
        await shop.Gateway.SplitAsync(7500, 2500);
        var atTwentyFive = await OnCanaryAsync();
        Assert.Equal(20, atFive.Count);
        Assert.Equal(100, atTwentyFive.Count);
        Assert.Subset(atTwentyFive, atFive);
        // Asking again and again drains nobody.
        Assert.Equal(atTwentyFive, await OnCanaryAsync());

        await shop.Gateway.SplitAsync(10000, 0);
        Assert.Empty(await OnCanaryAsync());

        async Task<HashSet<int>> OnCanaryAsync()
        {
            var canary = new HashSet<int>();
            foreach (var visitor in visitors)
            {
                using var response = await AskAsync(shop, $"seat={visitor}");
                if (await response.Content.ReadAsStringAsync() == "v2")
                {
                    canary.Add(visitor);
                }
            }

            return canary;
        }
    }

    [Fact]
    public async Task New_visitors_are_spread_evenly()
    {
        await using var shop = await ShopGateway.StartAsync(Affinity);
        await shop.Gateway.SplitAsync(9000, 1000);
        for (var visitor = 0; visitor < 500; visitor++)
        {
            await shop.Gateway.AskAsync();
        }

        Assert.InRange(shop.V2.Requests, 46, 54);
    }

    private static async Task<HttpResponseMessage> AskAsync(ShopGateway shop, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", cookie);
        return await shop.Gateway.Users.SendAsync(request);
    }
}
