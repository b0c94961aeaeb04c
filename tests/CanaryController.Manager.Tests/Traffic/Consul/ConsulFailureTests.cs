using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>What the router says, and what it does all the same, when Consul does not answer as it should.</summary>
public sealed class ConsulFailureTests : IAsyncLifetime
{
    private ConsulRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ConsulRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Without_the_instances_the_weight_is_not_known_and_still_goes_back()
    {
        await _rig.ApplyAsync(50);
        _rig.Consul.Denied = "GET /v1/health";
        var reading = await _rig.ReadAsync();
        Assert.Equal((null, false), (reading.Route.Applied, reading.Route.Accepted));
        Assert.Contains("node_prefix", reading.Route.Problem, StringComparison.Ordinal);

        await _rig.Router.ApplyAsync(ConsulRig.Shop, ConsulRig.Split(0), reading, CancellationToken.None);
        Assert.Equal("v1 100, v2 0", _rig.Splits());
    }

    [Fact]
    public async Task Instances_that_the_token_may_not_read_do_not_count_as_gone()
    {
        await _rig.ApplyAsync(50);
        _rig.Consul.HidesInstances = true;
        var reading = await _rig.ReadAsync();
        Assert.Null(reading.Route.Applied);
        Assert.Contains("left something out", reading.Route.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v1/config/service-splitter")]
    [InlineData("GET /v1/connect")]
    [InlineData("PUT")]
    public async Task What_the_token_may_not_do_is_said_with_what_it_needs(string denied)
    {
        _rig.Consul.Denied = denied;
        var refused = await _rig.ApplyAsync(10);
        Assert.Contains("403, Permission denied", refused.Route.Problem, StringComparison.Ordinal);
        Assert.Contains("intentions = read", refused.Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_token_counts_at_once_and_is_in_no_message()
    {
        _rig.Consul.Token = "renewed";
        var refused = await _rig.ReadAsync();
        Assert.DoesNotContain("secret", refused.Route.Problem, StringComparison.Ordinal);
        await _rig.WriteTokenAsync("renewed");
        Assert.Null((await _rig.ReadAsync()).Route.Problem);
    }

    [Fact]
    public async Task A_consul_that_hangs_is_given_up_after_two_seconds()
    {
        var (reached, hanging) = (new TaskCompletionSource(), 0);
        _rig.Consul.Before = async context =>
        {
            if (Interlocked.Increment(ref hanging) == 3)
            {
                reached.TrySetResult();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var read = _rig.ReadAsync();
        await reached.Task;
        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("within 2 s", (await read).Route.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    public async Task An_answer_that_is_not_the_apis_is_a_problem(string body)
    {
        await _rig.ApplyAsync(10);
        _rig.Consul.Before = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/v1/config/service-splitter", StringComparison.Ordinal))
            {
                return false;
            }

            await context.Response.WriteAsync(body);
            return true;
        };
        var reading = await _rig.ReadAsync();
        Assert.Equal((null, false), (reading.Route.Applied, reading.Route.Accepted));
        Assert.NotNull(reading.Route.Problem);
        Assert.Empty(reading.Basis);
    }

    [Fact]
    public async Task A_404_of_somebody_else_is_not_taken_for_a_service_without_a_splitter()
    {
        _rig.Consul.Before = context =>
        {
            context.Response.StatusCode = 404;
            return Task.FromResult(true);
        };
        var reading = await _rig.ReadAsync();
        Assert.Equal((null, null), (reading.Found, reading.WithoutMissing));
        Assert.Contains("404", reading.Route.Problem, StringComparison.Ordinal);
    }
}
