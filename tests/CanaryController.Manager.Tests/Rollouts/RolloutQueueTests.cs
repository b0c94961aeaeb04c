using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Rollouts;

public sealed class RolloutQueueTests : IDisposable
{
    private static readonly RolloutKey A = new("default", "a");
    private static readonly RolloutKey B = new("default", "b");

    private readonly FakeTimeProvider _time = new();
    private readonly RolloutQueue _queue;

    public RolloutQueueTests() => _queue = new(_time, new Backoff(new Random(1)));

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task A_key_that_is_woken_twice_waits_once()
    {
        _queue.Wake(A, QueueLane.Normal);
        _queue.Wake(A, QueueLane.Normal);

        Assert.Equal(A, await _queue.TakeAsync(CancellationToken.None));
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task What_is_urgent_overtakes()
    {
        _queue.Wake(A, QueueLane.Normal);
        _queue.Wake(B, QueueLane.Urgent);

        Assert.Equal(B, await _queue.TakeAsync(CancellationToken.None));
        Assert.Equal(A, await _queue.TakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_abort_overtakes_any_number_of_changed_files()
    {
        _queue.Wake(A, QueueLane.Prompt);
        _queue.Wake(B, QueueLane.Urgent);

        Assert.Equal(B, await _queue.TakeAsync(CancellationToken.None));
        Assert.Equal(A, await _queue.TakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_waiting_key_can_become_urgent()
    {
        _queue.Wake(A, QueueLane.Normal);
        _queue.Wake(B, QueueLane.Normal);
        _queue.Wake(B, QueueLane.Urgent);

        Assert.Equal(B, await _queue.TakeAsync(CancellationToken.None));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task A_key_is_never_given_to_two_workers_and_comes_back_when_it_was_woken_meanwhile()
    {
        _queue.Wake(A, QueueLane.Normal);
        await _queue.TakeAsync(CancellationToken.None);
        _queue.Wake(A, QueueLane.Urgent);

        Assert.Equal(0, _queue.Depth);
        _queue.Complete(A, null);
        Assert.Equal(A, await _queue.TakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_key_comes_back_at_its_moment_and_not_before()
    {
        _queue.Wake(A, QueueLane.Normal);
        await _queue.TakeAsync(CancellationToken.None);
        _queue.Complete(A, _time.GetUtcNow() + TimeSpan.FromSeconds(5));

        _time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Equal(0, _queue.Depth);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task A_failed_key_rests_longer_each_time_and_only_something_urgent_comes_before()
    {
        _queue.Wake(A, QueueLane.Normal);
        await _queue.TakeAsync(CancellationToken.None);
        _queue.Fail(A, Backoff.LongestAfterFailure);

        _queue.Wake(A, QueueLane.Normal);
        Assert.Equal(0, _queue.Depth);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, _queue.Depth);

        await _queue.TakeAsync(CancellationToken.None);
        _queue.Fail(A, Backoff.LongestAfterFailure);
        _queue.Wake(A, QueueLane.Urgent);
        Assert.Equal(1, _queue.Depth);
    }

    [Theory]
    [InlineData(1, 37.5, 50)]
    [InlineData(2, 75, 100)]
    [InlineData(100, 22_500, 30_000)]
    public void Rests_double_up_to_the_cap_less_some_jitter(int failures, double leastMilliseconds, double mostMilliseconds)
    {
        var backoff = new Backoff(new Random(1));
        for (var trial = 0; trial < 100; trial++)
        {
            Assert.InRange(backoff.After(failures, Backoff.LongestAfterFailure).TotalMilliseconds, leastMilliseconds, mostMilliseconds);
        }
    }
}
