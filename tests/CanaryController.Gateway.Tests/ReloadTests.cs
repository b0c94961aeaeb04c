using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Gateway.Tests;

/// <summary>Edits of the configuration file while the gateway runs.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private Upstream _v1 = null!;
    private Upstream _v2 = null!;

    public async ValueTask InitializeAsync() => (_v1, _v2) = (await Upstream.StartAsync("v1"), await Upstream.StartAsync("v2"));

    public async ValueTask DisposeAsync()
    {
        await _v1.DisposeAsync();
        await _v2.DisposeAsync();
    }

    private string OnlyV1 => $$"""
        - name: shop
          stable: v1
          versions: {v1: {addresses: ["{{_v1.Address}}"] } }
        """;

    [Fact]
    public async Task A_new_version_comes_and_goes_without_a_lost_request()
    {
        await using var gateway = await TestGateway.StartAsync(OnlyV1);
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await gateway.Users.GetAsync(new Uri("/", UriKind.Relative), CancellationToken.None);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        });
        for (var round = 0; round < 20; round++)
        {
            gateway.WriteConfiguration(TestGateway.Shop(_v1, _v2));
            await watch.LookAsync(CancellationToken.None);
            await gateway.SplitAsync(5000, 5000);
            await gateway.SplitAsync(10000, 0);
            gateway.WriteConfiguration(OnlyV1);
            await watch.LookAsync(CancellationToken.None);
        }

        await stop.CancelAsync();
        await load;
        Assert.Equal(0, await gateway.MetricAsync("""canary_gateway_configuration_reloads_total{result="refused"}"""));
        Assert.Equal(40, await gateway.MetricAsync("""canary_gateway_configuration_reloads_total{result="accepted"}"""));
        Assert.Null(await gateway.MetricAsync("""canary_gateway_weight_ratio{route="shop",version="v2"}"""));
    }

    [Fact]
    public async Task A_broken_edit_keeps_the_last_good_configuration_and_shows_in_a_metric()
    {
        await using var gateway = await TestGateway.StartAsync(OnlyV1);
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        gateway.WriteConfiguration("- name: [");
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("v1", await gateway.AskAsync());
        Assert.Equal(0, await gateway.MetricAsync("canary_gateway_configuration_valid"));
        gateway.WriteConfiguration(TestGateway.Shop(_v1, _v2));
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal(1, await gateway.MetricAsync("canary_gateway_configuration_valid"));
        await gateway.SplitAsync(0, 10000);
        Assert.Equal("v2", await gateway.AskAsync());
    }

    [Theory]
    [InlineData("{{ .Values.routes }}: x")] // A template that nobody filled in
    [InlineData("- name: shop\n  stable: v1\n  versions: {[v1]: {}}")]
    [InlineData("- &a [*a]")]
    [InlineData("- {name: &x shop, stable: *x}")]
    [InlineData("- [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task YAML_that_is_valid_but_no_configuration_does_not_end_the_gateway(string routes)
    {
        await using var gateway = await TestGateway.StartAsync(OnlyV1);
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        gateway.WriteConfiguration(routes);
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("v1", await gateway.AskAsync());
        Assert.Equal(0, await gateway.MetricAsync("canary_gateway_configuration_valid"));
    }

    [Fact]
    public async Task A_request_under_way_does_not_bring_back_the_series_of_a_version_that_is_gone()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Shop(_v1, _v2));
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        var (arrived, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _v2.Answer = async context =>
        {
            arrived.SetResult();
            await mayAnswer.Task;
            context.Response.StatusCode = 404;
        };
        await gateway.SplitAsync(0, 10000);
        var underWay = gateway.Users.GetAsync(new Uri("/", UriKind.Relative));
        await arrived.Task;
        await gateway.SplitAsync(10000, 0);
        gateway.WriteConfiguration(OnlyV1);
        await watch.LookAsync(CancellationToken.None);
        mayAnswer.SetResult();
        using var answer = await underWay;
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        // An answer without a body goes out after it was counted.
        Assert.Null(await gateway.MetricAsync("""canary_gateway_requests_total{route="shop",version="v2",code="404"}"""));
    }

    [Fact]
    public async Task An_edit_that_takes_away_a_version_with_weight_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Shop(_v1, _v2));
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        await gateway.SplitAsync(0, 10000);
        gateway.WriteConfiguration(OnlyV1);
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("v2", await gateway.AskAsync());
        Assert.Equal(0, await gateway.MetricAsync("canary_gateway_configuration_valid"));
    }

    [Fact]
    public async Task A_route_taken_out_by_mistake_comes_back_with_its_split()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Shop(_v1, _v2));
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        await gateway.SplitAsync(0, 10000);
        gateway.WriteConfiguration(OnlyV1.Replace("name: shop", "name: other", StringComparison.Ordinal));
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("v1", await gateway.AskAsync());
        gateway.WriteConfiguration(TestGateway.Shop(_v1, _v2));
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal("v2", await gateway.AskAsync());
        Assert.Equal(2, (long)(await gateway.RouteAsync())["generation"]!);
    }

    [Fact]
    public async Task An_edit_keeps_what_is_known_of_the_health_of_addresses_that_stay()
    {
        var time = new FakeTimeProvider();
        const string Checks = "  health: {path: /healthz}";
        await using var gateway = await TestGateway.StartAsync(OnlyV1 + "\n" + Checks, time: time);
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        gateway.WriteConfiguration(TestGateway.Shop(_v1, _v2, Checks));
        await watch.LookAsync(CancellationToken.None);
        Assert.Equal(1, (int)(await gateway.RouteAsync())["versions"]![0]!["healthy"]!);
    }

    [Fact]
    public async Task A_new_token_is_taken_and_a_broken_token_file_keeps_the_old()
    {
        await using var gateway = await TestGateway.StartAsync(OnlyV1);
        var watch = gateway.Application.Watch(gateway.ConfigurationFile);
        var tokens = Path.Combine(Path.GetDirectoryName(gateway.ConfigurationFile)!, "token");
        await File.WriteAllTextAsync(tokens, "short");
        await watch.LookAsync(CancellationToken.None);
        await gateway.RouteAsync();
        await File.WriteAllTextAsync(tokens, "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("another-token-of-these-tests"u8)));
        await watch.LookAsync(CancellationToken.None);
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.RouteAsync());
        gateway.Admin.DefaultRequestHeaders.Authorization = new("Bearer", "another-token-of-these-tests");
        await gateway.RouteAsync();
    }
}
