using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Forwarding;
using CanaryController.Gateway.Routing;

namespace CanaryController.Gateway.Health;

/// <summary>Runs the active checks: one loop a route that has some, restarted at once when the configuration changes.</summary>
internal sealed partial class HealthChecks(TimeProvider time, ILogger<HealthChecks> log) : IAsyncDisposable
{
    private readonly HttpMessageInvoker _client = UpstreamClient.Create();
    private CancellationTokenSource _stop = new();
    private List<Task> _loops = [];
    private List<Task> _firstRounds = [];

    /// <summary>Checks these routes from now on, instead of those before.</summary>
    public void Watch(IEnumerable<GatewayRoute> routes)
    {
        _stop.Cancel();
        _stop = new CancellationTokenSource();
        var (loops, firstRounds) = (new List<Task>(), new List<Task>());
        foreach (var plan in routes.Select(route => route.Plan).Where(plan => plan.Options.Health is not null))
        {
            var firstRound = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            firstRounds.Add(firstRound.Task);
            loops.Add(LoopAsync(plan, plan.Options.Health!, firstRound, _stop.Token));
        }

        _loops = [.. _loops.Where(loop => !loop.IsCompleted), .. loops];
        _firstRounds = firstRounds;
    }

    /// <summary>Every address was checked once.</summary>
    public Task FirstRoundAsync() => Task.WhenAll(_firstRounds);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _stop.Dispose();
        _client.Dispose();
    }

    private async Task LoopAsync(RoutePlan plan, HealthOptions options, TaskCompletionSource firstRound, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            do
            {
                await Task.WhenAll(plan.Versions.Select(version => CheckAsync(plan, version, options, stop)));
                firstRound.TrySetResult();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            firstRound.TrySetResult();
        }
    }

    private async Task CheckAsync(RoutePlan plan, GatewayVersion version, HealthOptions options, CancellationToken stop) =>
        await Task.WhenAll(version.Destinations.Select(async destination =>
        {
            var before = destination.Health;
            var failure = await ProbeAsync(destination.Address + options.Path, version, options.Timeout, stop);
            destination.Checked(failure is null, options.UnhealthyAfter);
            // A split replaces the plan but keeps its versions, so this reaches the plan in force too.
            version.HealthChanged();
            if (destination.Health != before)
            {
                LogHealth(log, plan.Options.Name, version.Name, destination.Address, destination.Health, failure ?? "passed");
            }
        }));

    /// <summary>What is wrong, or null.</summary>
    private async Task<string?> ProbeAsync(string url, GatewayVersion version, TimeSpan timeout, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = version.RequestConfig.Version!,
            VersionPolicy = version.RequestConfig.VersionPolicy!.Value,
        };
        try
        {
            using var response = await _client.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"no answer within {timeout.TotalMilliseconds} ms";
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException)
        {
            return unreachable.Message;
        }
    }

    [LoggerMessage(200, LogLevel.Warning, "Route {Route}, version {Version}: {Address} is now {Health}: {Reason}")]
    private static partial void LogHealth(ILogger log, string route, string version, string address, DestinationHealth health, string reason);
}
