using CanaryController.Manager.Kubernetes.Client;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class RequestLimiterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly RequestLimiter _limiter;

    public RequestLimiterTests() => _limiter = new(10, 5, _time);

    [Fact]
    public void A_burst_goes_at_once_and_the_rest_at_the_rate()
    {
        var turns = Enumerable.Range(0, 8).Select(_ => Turn()).ToList();
        Assert.Equal(5, Done(turns));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(6, Done(turns));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(8, Done(turns));
    }

    [Fact]
    public void The_urgent_never_wait_behind_others_but_count()
    {
        var turns = Enumerable.Range(0, 50).Select(_ => Turn()).ToList();
        using (UrgentRequests.Begin())
        {
            Assert.True(Turn().IsCompletedSuccessfully);
        }

        Assert.False(UrgentRequests.IsHere);
        var last = Turn();
        _time.Advance(TimeSpan.FromMilliseconds(4_600));
        Assert.Equal((50, false), (Done(turns), last.IsCompleted));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(last.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Urgency_flows_into_what_is_awaited_and_ends_with_its_scope()
    {
        static async Task<bool> LaterAsync()
        {
            await Task.Yield();
            return UrgentRequests.IsHere;
        }

        Task<bool> inside;
        using (UrgentRequests.Begin())
        {
            inside = LaterAsync();
        }

        Assert.True(await inside);
        Assert.False(await LaterAsync());
    }

    [Fact]
    public async Task A_turn_that_would_come_too_late_is_refused_at_once_and_costs_nothing()
    {
        var turns = Enumerable.Range(0, 15).Select(_ => Turn()).ToList();
        Assert.False(await _limiter.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        var next = Turn();
        _time.Advance(TimeSpan.FromMilliseconds(1_100));
        Assert.Equal((15, true), (Done(turns), next.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Who_gives_up_waiting_gives_his_turn_back()
    {
        var turns = Enumerable.Range(0, 5).Select(_ => Turn()).ToList();
        using var cancelled = new CancellationTokenSource();
        var given = _limiter.WaitAsync(Long, cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var next = Turn();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((5, true), (Done(turns), next.IsCompletedSuccessfully));
    }

    private static int Done(List<Task<bool>> turns) => turns.Count(turn => turn is { IsCompletedSuccessfully: true });

    private Task<bool> Turn() => _limiter.WaitAsync(Long, TestContext.Current.CancellationToken).AsTask();
}
