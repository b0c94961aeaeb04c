namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Looks at the newest samples of all rollouts under way, aligned to the scrapes (ADR 0004).</summary>
internal sealed class CounterTicks(
    EvidenceBook book, CounterSampler sampler, EvidenceSignals signals, TimeProvider time, ILogger<CounterTicks> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAtAllEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterError = TimeSpan.FromSeconds(1);

    private readonly TickSchedule _schedule = new();
    private DateTimeOffset _lookedAtAll;
    private DateTimeOffset _swept;

    /// <summary>One look at everything that is live.</summary>
    /// <returns>When the next one is due; null when nothing is live.</returns>
    public async Task<DateTimeOffset?> TickAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        // Planning finds out who is behind, and so does every answer.
        var batches = book.PlanLive();
        signals.Behind.Set();
        if (batches.Count == 0)
        {
            return null;
        }

        // A verdict can also change because nothing comes any more.
        var lookAtAll = now - _lookedAtAll >= LookAtAllEvery;
        _lookedAtAll = lookAtAll ? now : _lookedAtAll;
        var answered = await sampler.SampleAsync(batches, lookAtAll, cancellation);
        signals.Behind.Set();
        if (now - _swept >= Idle)
        {
            _swept = now;
            book.Sweep();
        }

        return answered ? book.NextTick(_schedule, now) : now + AfterError;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await TickAsync(stoppingToken) is not { } next)
                {
                    await signals.Live.WaitAsync(Idle, time, stoppingToken);
                }
                else if (next - time.GetUtcNow() is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, time, stoppingToken);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logger.SamplerFailed(error);
                await Task.Delay(AfterError, time, stoppingToken);
            }
        }
    }
}

/// <summary>
/// Reads the past of rollouts that are new here, and of all of them after an outage, piece by piece beside the ticks, so that one long past does not keep the others
/// from being judged.
/// </summary>
internal sealed class CounterCatchUp(
    EvidenceBook book, CounterSampler sampler, BoundsReader bounds, EvidenceSignals signals, TimeProvider time, ILogger<CounterCatchUp> logger)
    : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterError = TimeSpan.FromSeconds(1);

    /// <summary>Reads one piece. False when nothing was left to read, null when it could not be read.</summary>
    public async Task<bool?> StepAsync(CancellationToken cancellation)
    {
        await bounds.RefreshAsync(cancellation);
        var batches = book.PlanBehind();
        if (batches.Count == 0)
        {
            return false;
        }

        var answered = await sampler.SampleAsync(batches, lookAtAll: true, cancellation);
        signals.Live.Set();
        return answered ? true : null;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                switch (await StepAsync(stoppingToken))
                {
                    case null:
                        await Task.Delay(AfterError, time, stoppingToken);
                        break;
                    case false:
                        await signals.Behind.WaitAsync(bounds.DueIn ?? Idle, time, stoppingToken);
                        break;
                    default:
                        break;
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logger.SamplerFailed(error);
                await Task.Delay(AfterError, time, stoppingToken);
            }
        }
    }
}

/// <summary>What the loops wait for beside time.</summary>
internal sealed class EvidenceSignals
{
    /// <summary>A rollout's past is there now: the ticks have work.</summary>
    public WorkSignal Live { get; } = new();

    /// <summary>A rollout's past may have to be read.</summary>
    public WorkSignal Behind { get; } = new();

    /// <summary>The intervals of the users' own queries may have changed.</summary>
    public WorkSignal Intervals { get; } = new();
}
