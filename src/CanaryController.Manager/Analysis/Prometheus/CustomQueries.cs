using CanaryController.Core.Analysis;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Measures the users' own queries of one interval for all rollouts: the moments are multiples of the interval since the Unix epoch, so that a restart measures at the same
/// ones; identical queries are asked once; what was missed (before a restart, in an outage) is read by a range query at the same moments.
/// </summary>
internal sealed class CustomQueries(
    PrometheusClient client, EvidenceBook book, IRolloutWaker waker, EvidenceMetrics metrics, PrometheusOptions options, TimeProvider time, IMetricTemplates? templates = null)
{
    /// <summary>The longest past that is measured again; Prometheus answers at most 11,000 points.</summary>
    private const int MaxMoments = 10_000;

    /// <summary>The intervals in use.</summary>
    public IReadOnlySet<TimeSpan> Intervals() => book.Locked(tracked =>
    {
        var intervals = new HashSet<TimeSpan>();
        foreach (var rollout in tracked.Values)
        {
            intervals.UnionWith(rollout.Plan.Metrics.Where(metric => metric.Kind == MetricKind.Query).Select(metric => metric.Interval));
        }

        return intervals;
    });

    /// <summary>Measures everything of this interval up to now.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancellation)
    {
        var stepMs = Math.Max(1, (long)interval.TotalMilliseconds);
        var untilMs = time.GetUtcNow().ToUnixTimeMilliseconds() / stepMs * stepMs;
        var due = book.Locked(tracked => tracked.Values.SelectMany(rollout => Due(rollout, interval, stepMs, untilMs)).ToList());
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.MaxConcurrentQueries - 2), CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            due.GroupBy(each => (each.Query, each.Problem, each.FirstMs)),
            parallel,
            async (group, token) => await MeasureAsync([.. group], stepMs, untilMs, token));
    }

    private IEnumerable<DueMeasurement> Due(TrackedRollout rollout, TimeSpan interval, long stepMs, long untilMs)
    {
        foreach (var (metric, since) in rollout.QueriesInForce())
        {
            if (metric.Interval != interval)
            {
                continue;
            }

            var firstMs = Math.Max(rollout.MeasuredToMs(metric.Name) + stepMs, (since.ToUnixTimeMilliseconds() + stepMs - 1) / stepMs * stepMs);
            if (firstMs <= untilMs)
            {
                var (written, missing) = Written(metric, rollout.Request.Key.Namespace);
                var (query, problem) = written is null ? (null, missing) : CustomQueryTemplate.Render(written, rollout.Request);
                yield return new(rollout, metric.Name, query, problem, Math.Max(firstMs, untilMs - (MaxMoments * stepMs)));
            }
        }
    }

    /// <summary>A template that was not there when the rollout began may be there now.</summary>
    private (string? Query, string? Problem) Written(MetricSpec metric, string ns) =>
        metric is { Query: null, Template: { } template } ? MetricTemplateFill.Query(template, templates?.Find(ns, template)) : (metric.Query ?? "", null);

    private async Task MeasureAsync(List<DueMeasurement> due, long stepMs, long untilMs, CancellationToken cancellation)
    {
        var (query, problem, firstMs) = (due[0].Query, due[0].Problem, due[0].FirstMs);
        var measured = new CustomMeasurements();
        if (query is not null)
        {
            problem = await AskAsync(query, firstMs, stepMs, untilMs, measured, cancellation);
        }

        var now = time.GetUtcNow();
        var wakes = book.Locked(_ =>
        {
            foreach (var each in due)
            {
                Keep(each, measured, problem, stepMs, untilMs, now);
            }

            return book.Settle([], false);
        });
        foreach (var (key, urgent) in wakes)
        {
            waker.Wake(key, urgent ? QueueLane.Urgent : QueueLane.Normal);
        }
    }

    private async Task<string?> AskAsync(
        string query, long firstMs, long stepMs, long untilMs, CustomMeasurements measured, CancellationToken cancellation)
    {
        var until = DateTimeOffset.FromUnixTimeMilliseconds(untilMs);
        using var answer = firstMs == untilMs
            ? await client.QueryAsync(query, until, "custom", QueryLane.Background, cancellation)
            : await client.QueryRangeAsync(
                query, DateTimeOffset.FromUnixTimeMilliseconds(firstMs), until, TimeSpan.FromMilliseconds(stepMs), "custom_range", cancellation);
        if (answer.Body is not { } body)
        {
            return answer.Result.Problem;
        }

        var read = QueryAnswerReader.Read(body.Span, measured);
        if (read.Outcome != QueryOutcome.Ok || measured.ProblemAt(untilMs) is not null)
        {
            metrics.Unusable("custom", read.Outcome == QueryOutcome.Ok ? QueryOutcome.Malformed : read.Outcome);
        }

        return read.Problem;
    }

    private static void Keep(DueMeasurement due, CustomMeasurements measured, string? problem, long stepMs, long untilMs, DateTimeOffset now)
    {
        var (rollout, ledger) = (due.Rollout, due.Rollout.Ledger);
        rollout.Fed = true;
        if (problem is not null)
        {
            ledger.ReportProviderError(due.Metric, problem, now);
            return;
        }

        for (var atMs = due.FirstMs; atMs <= untilMs; atMs += stepMs)
        {
            ledger.ObserveValue(due.Metric, DateTimeOffset.FromUnixTimeMilliseconds(atMs), measured.At(atMs));
        }

        rollout.Measured(due.Metric, untilMs);
        if (measured.ProblemAt(untilMs) is { } unusable)
        {
            ledger.ReportProviderError(due.Metric, unusable, now);
        }
        else
        {
            ledger.ReportProviderOk(due.Metric, now);
        }
    }

    /// <summary>A rollout's metric that has to be measured from <paramref name="FirstMs"/> on.</summary>
    private sealed record DueMeasurement(TrackedRollout Rollout, string Metric, string? Query, string? Problem, long FirstMs);
}
