using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Asks a batch's query, feeds the answer, and wakes whom it concerns. Used by the ticks and by the catch-up.</summary>
internal sealed class CounterSampler(
    PrometheusClient client, EvidenceBook book, IRolloutWaker waker, EvidenceMetrics metrics, TimeProvider time, ILogger<CounterSampler> logger)
{
    private int _failing;

    /// <summary>Runs all batches at once, and settles the book when the last one has ended.</summary>
    /// <returns>True when all were answered.</returns>
    public async Task<bool> SampleAsync(IReadOnlyList<CounterBatch> batches, bool lookAtAll, CancellationToken cancellation)
    {
        var samplings = await Task.WhenAll(batches.Select(batch => SampleAsync(batch, cancellation)));
        Wake(book.Settle(batches, lookAtAll));
        if (samplings.Max(each => each.LiveSince) is { } last)
        {
            metrics.Evaluated(time.GetElapsedTime(last));
        }

        var problem = Array.Find(samplings, each => each.Problem is not null).Problem;
        if (problem is not null && Interlocked.Exchange(ref _failing, 1) == 0)
        {
            logger.ProviderFails(problem);
        }
        else if (problem is null && Interlocked.Exchange(ref _failing, 0) == 1)
        {
            logger.ProviderIsBack();
        }

        return problem is null;
    }

    private async Task<Sampling> SampleAsync(CounterBatch batch, CancellationToken cancellation)
    {
        var kind = batch.Kind == CounterKind.Requests ? "requests" : "durations";
        using var answer = await client.QueryAsync(
            batch.Query(),
            batch.Live ? null : DateTimeOffset.FromUnixTimeMilliseconds(batch.ToMs),
            kind,
            batch.Live ? QueryLane.Live : QueryLane.Background,
            cancellation);
        if (answer.Body is not { } body)
        {
            book.Fail(batch, answer.Result);
            return new(answer.Result.Problem, null);
        }

        var started = time.GetTimestamp();
        var fold = book.Fold(batch, body);
        var age = batch.Live && fold.NewSamples > 0 ? time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(fold.NewestMs) : (TimeSpan?)null;
        metrics.Folded(time.GetElapsedTime(started), age);
        Wake(fold.NewFailures);
        if (fold.Read.Problem is not null)
        {
            metrics.Unusable(kind, fold.Read.Outcome);
        }

        return new(fold.Read.Problem, batch.Live ? started : null);
    }

    private void Wake(IReadOnlyList<Wake> wakes)
    {
        foreach (var (key, urgent) in wakes)
        {
            waker.Wake(key, urgent ? QueueLane.Urgent : QueueLane.Normal);
        }
    }

    /// <summary>How one query of a look went.</summary>
    /// <param name="Problem">Why it has no use; null when it has.</param>
    /// <param name="LiveSince">For a tick's query: when its answer was there, as a timestamp of the clock.</param>
    private readonly record struct Sampling(string? Problem, long? LiveSince);
}
