using System.Diagnostics.CodeAnalysis;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Takes stray marks away, once each was one for a whole <see cref="Interval"/>: caches are no further behind than that. It looks into caches only, so on a quiet cluster it asks nothing; every
/// write holds only for the object as it was seen.
/// </summary>
internal sealed partial class StrayKeeper(StrayMarks marks, WorkloadExecutor executor, ILeadership leadership, TimeProvider time, ILogger<StrayKeeper> logger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>How many objects one look mends; the next one goes on.</summary>
    public const int MaxMended = 100;

    /// <summary>The pin, the note of who applied the selector, the mark.</summary>
    private const int MaxWrites = 3;

    private HashSet<string> _seen = [];

    /// <summary>Looks once.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An error with one object must neither end the looking nor keep the others from being mended: it is logged, and tried again.")]
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (!leadership.IsLeading || !marks.AreSynced)
        {
            _seen = [];
            return;
        }

        var strays = marks.Find().ToList();
        var before = _seen;
        _seen = [.. strays.Select(each => each.Meta.Uid)];
        foreach (var stray in strays.Where(each => before.Contains(each.Meta.Uid)).Take(MaxMended))
        {
            try
            {
                await MendAsync(stray, cancellation);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(logger, stray.Meta.Name, failure.Message, failure);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    private async Task MendAsync(ICached stray, CancellationToken cancellation)
    {
        var (ns, name) = (stray.Meta.Name.Namespace, stray.Meta.Name.Name);
        var target = new WorkloadTarget(new(ns, name), name, name, IsByPodCount: false);
        for (var writes = 0; writes < MaxWrites && StrayMarks.Undo(stray) is { } undo; writes++)
        {
            var result = await executor.DoAsync(target, undo, cancellation);
            if (result.Failure is { } failure)
            {
                Failed(logger, stray.Meta.Name, failure, null);
            }

            if (result.Written is not { } written)
            {
                return;
            }

            Mended(logger, undo.Kind.Kind, stray.Meta.Name, undo.Does);
            stray = written;
        }
    }

    [LoggerMessage(EventId = 1702, Level = LogLevel.Information, Message = "{Kind} {Name} carries the mark of a rollout that left: the controller {Does}.")]
    private static partial void Mended(ILogger logger, string kind, ObjectName name, string does);

    [LoggerMessage(EventId = 1703, Level = LogLevel.Warning, Message = "{Name} carries the mark of a rollout that left, and cannot be mended yet: {Why}")]
    private static partial void Failed(ILogger logger, ObjectName name, string why, Exception? failure);
}
