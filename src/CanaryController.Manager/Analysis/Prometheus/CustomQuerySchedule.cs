using Quartz;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Keeps one Quartz trigger for each interval that some rollout's own queries have, whatever the number of rollouts. A trigger fires a little after the multiples of its interval, so
/// that the moment's samples are stored, and the classes are staggered, so that they do not all ask at once.
/// </summary>
internal sealed class CustomQuerySchedule(
    CustomQueries queries, ISchedulerFactory schedulers, EvidenceSignals signals, TimeProvider time, ILogger<CustomQuerySchedule> logger)
    : BackgroundService
{
    /// <summary>The Quartz group of these jobs.</summary>
    public const string Group = "custom-queries";

    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMinutes(1);

    private readonly HashSet<TimeSpan> _scheduled = [];

    /// <summary>Adds the triggers that are missing and removes those that nobody needs.</summary>
    public async Task ArrangeAsync(CancellationToken cancellation)
    {
        var wanted = queries.Intervals();
        if (wanted.SetEquals(_scheduled))
        {
            return;
        }

        var scheduler = await schedulers.GetScheduler(cancellation);
        foreach (var interval in _scheduled.Except(wanted).ToList())
        {
            await scheduler.DeleteJob(Key(interval), cancellation);
            _scheduled.Remove(interval);
        }

        foreach (var interval in wanted.Except(_scheduled).ToList())
        {
            var job = JobBuilder.Create<CustomQueryJob>().WithIdentity(Key(interval)).UsingJobData(CustomQueryJob.IntervalTicks, interval.Ticks).Build();
            var trigger = TriggerBuilder.Create(time)
                .WithIdentity(Key(interval).Name, Group)
                .StartAt(FirstFire(interval, time.GetUtcNow()))
                .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever())
                .Build();
            await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellation);
            _scheduled.Add(interval);
        }
    }

    /// <summary>The first fire: the next multiple of the interval, plus up to a second that differs from class to class.</summary>
    public static DateTimeOffset FirstFire(TimeSpan interval, DateTimeOffset now)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(interval.TotalMilliseconds / 2, 500 + (interval.TotalSeconds * 37 % 500)));
        var next = new DateTimeOffset(((now - delay).Ticks / interval.Ticks * interval.Ticks) + interval.Ticks, TimeSpan.Zero);
        return next + delay;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ArrangeAsync(stoppingToken);
            }
            catch (SchedulerException error)
            {
                logger.ScheduleFailed(error);
            }

            await signals.Intervals.WaitAsync(AtLeastEvery, time, stoppingToken);
        }
    }

    private static JobKey Key(TimeSpan interval) => new($"every {interval.TotalSeconds:0.###} s", Group);
}

/// <summary>Measures the queries of one interval. Never twice at once: a measurement that takes longer than the interval skips moments, which are read later.</summary>
[DisallowConcurrentExecution]
internal sealed class CustomQueryJob(CustomQueries queries) : IJob
{
    /// <summary>The interval, in ticks, among the job's data.</summary>
    public const string IntervalTicks = "interval";

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await queries.RunAsync(TimeSpan.FromTicks(context.MergedJobDataMap.GetLong(IntervalTicks)), cancellationToken);
}
