using CanaryController.Cli.Hosting;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;

namespace CanaryController.Cli.Cluster;

/// <summary>One rollout by a watch on its object. Between two changes a frame costs no request: it is the same object, later.</summary>
internal sealed class ClusterFeed(ClusterClient client, ObjectFollower follower, RolloutKey key, GateQuestion? question, TimeProvider time) : IRolloutFeed
{
    private readonly Wake _wake = new(time);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Seen _seen = new(null, null);

    /// <inheritdoc/>
    public Task ListenAsync(CancellationToken cancellation) => follower.RunAsync(null, See, cancellation);

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellation) => _wake.WaitAsync(atMost, cancellation);

    /// <inheritdoc/>
    public async Task<WatchFrame> ReadAsync(WatchFrame? before, CancellationToken cancellation)
    {
        await _first.Task.WaitAsync(cancellation);
        var seen = _seen;
        if (seen.Failure is { } failure)
        {
            throw failure;
        }

        var served = seen.Rollout ?? throw await client.NotFoundAsync(key, cancellation);
        var now = time.GetUtcNow();
        var frame = new WatchFrame(StatusViews.From(served, now), HistoryViews.From(key, served.Status), now);
        return question is null ? frame : frame with { Gate = ClusterGate.Of(question.After(before?.Gate), served, now) };
    }

    private void See(Sighting sighting)
    {
        _seen = new(sighting.Object is { } item ? ServedRollout.Read(item) : null, sighting.Failure);
        _first.TrySetResult();
        _wake.Call();
    }

    private sealed record Seen(ServedRollout? Rollout, CliException? Failure);
}
