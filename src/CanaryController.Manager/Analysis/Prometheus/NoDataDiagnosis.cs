using CanaryController.Manager.Analysis.Prometheus.Sources;
using CanaryController.Resources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Explains to people why rollouts are held by no data: for those whose series do not come, a few at a time and each one now and then, beside the ticks.
/// </summary>
internal sealed class NoDataDiagnosis(EvidenceBook book, SeriesDiagnosis diagnosis, TimeProvider time, ILogger<NoDataDiagnosis> logger) : BackgroundService
{
    /// <summary>How many rollouts a look explains, each by 8 queries at most.</summary>
    public const int MaxAtOnce = 4;

    /// <summary>How long series may take to come before anybody asks.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long an explanation stands before it is looked for again.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var missing = book.Locked(tracked => tracked.Values
            .Where(rollout => rollout.Live && (rollout.ExplainedAt is not { } at || now - at >= Again))
            .OrderBy(rollout => rollout.ExplainedAt)
            .Select(rollout => (rollout.Request.Key, rollout.Counted, What: rollout.MissingSeries(now - Patience)))
            .Where(each => each.What is not null)
            .Take(MaxAtOnce)
            .ToList());
        foreach (var (key, counted, what) in missing)
        {
            var (kind, arm) = what!.Value;
            Keep(key, counted, await diagnosis.ExplainAsync(counted, kind, arm, cancellation), now);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logger.DiagnosisFailed(error);
            }

            await Task.Delay(Every, time, stoppingToken);
        }
    }

    private void Keep(RolloutKey key, CountedBy counted, string? sentence, DateTimeOffset now) => book.Locked(tracked =>
    {
        if (tracked.TryGetValue(key, out var rollout) && rollout.Counted == counted)
        {
            rollout.Explain(sentence, now);
        }

        return 0;
    });
}
