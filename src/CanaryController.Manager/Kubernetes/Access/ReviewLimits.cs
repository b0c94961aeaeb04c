using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>
/// What all reviews together may cost: 8 at once, half of the controller's own rate (<c>kubernetes.requestsPerSecond</c>), so that callers never slow rollouts down. A server that did not answer
/// is left alone for a second.
/// </summary>
internal sealed class ReviewLimits(KubernetesOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How many reviews are under way at once.</summary>
    public const int MaxAtOnce = 8;

    /// <summary>How long a server that did not answer is left alone.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots = new(MaxAtOnce);
    private long _awayAt;

    /// <summary>How many reviews may be made in all.</summary>
    public TokenBucket All { get; } = new(options.RequestsPerSecond / 2.0, Math.Max(1, options.Burst / 2.0), time);

    /// <summary>The server did not answer, not a second ago.</summary>
    public bool IsResting => Interlocked.Read(ref _awayAt) is var at and not 0 && time.GetElapsedTime(at) < Rest;

    /// <summary>Makes a review when its turn comes; null when the server is being left alone by then.</summary>
    public async Task<KubeAnswer?> RunAsync(Func<Task<KubeAnswer>> review)
    {
        // Each review ends by its own deadline, so a turn comes; nobody waits who is not counted by the bucket.
        await _slots.WaitAsync(CancellationToken.None);
        try
        {
            if (IsResting)
            {
                return null;
            }

            var answer = await review();
            if (answer.Outcome is KubeOutcome.Unavailable)
            {
                Interlocked.Exchange(ref _awayAt, Math.Max(1, time.GetTimestamp()));
            }

            return answer;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();
}
