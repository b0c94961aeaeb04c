using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources;
using Prometheus;

namespace CanaryController.Manager.Telemetry;

/// <summary>The rollouts' and the loop's metrics. Labels of one rollout are few, and are removed with it.</summary>
internal sealed class RolloutMetrics(IMetricFactory factory)
{
    private readonly Gauge _weight = factory.CreateGauge(
        "canary_rollout_weight_ratio", "The canary's share of the traffic, 0 to 1; kind is wanted or observed.", ["namespace", "name", "kind"]);

    private readonly Gauge _phase = factory.CreateGauge(
        "canary_rollout_phase", "1 for the phase that the rollout is in.", ["namespace", "name", "phase"]);

    private readonly Counter _transitions = factory.CreateCounter(
        "canary_rollout_transitions_total", "Transitions by the phase they led to and their reason.", ["namespace", "name", "phase", "reason"]);

    private readonly Histogram _reconcile = factory.CreateHistogram(
        "canary_reconcile_duration_seconds",
        "How long one rollout was worked on, by outcome.",
        new HistogramConfiguration { LabelNames = ["outcome"], Buckets = Histogram.ExponentialBuckets(0.0005, 2, 14) });

    private readonly Gauge _problems = factory.CreateGauge(
        "canary_resource_problems", "What is wrong with the resources' present texts: the number of problems in all files, or of all Rollouts that this process leads.");

    private readonly Gauge _depth = factory.CreateGauge("canary_queue_depth", "Rollouts that wait for a worker.");
    private readonly ConcurrentDictionary<RolloutKey, Shown> _shown = new();
    private readonly ConcurrentDictionary<RolloutKey, int> _wrong = new();

    /// <summary>Shows where a rollout stands; costs next to nothing when that is what is shown already.</summary>
    public void Show(RolloutKey key, RolloutState state, CanaryWeight? observed)
    {
        var now = new Shown(state.Phase, state.Weight, observed);
        var before = _shown.TryGetValue(key, out var shown) ? shown : default(Shown?);
        if (before == now)
        {
            return;
        }

        _shown[key] = now;
        if (before is { } old && old.Phase != now.Phase)
        {
            _phase.RemoveLabelled(key.Namespace, key.Name, old.Phase.ToString());
        }

        _phase.WithLabels(key.Namespace, key.Name, now.Phase.ToString()).Set(1);
        _weight.WithLabels(key.Namespace, key.Name, "wanted").Set(Ratio(now.Wanted));
        if (observed is { } weight)
        {
            _weight.WithLabels(key.Namespace, key.Name, "observed").Set(Ratio(weight));
        }
        else
        {
            _weight.RemoveLabelled(key.Namespace, key.Name, "observed");
        }
    }

    /// <summary>Counts a transition.</summary>
    public void Count(RolloutKey key, RolloutPhase phase, RolloutReason reason) =>
        _transitions.WithLabels(key.Namespace, key.Name, phase.ToString(), reason.ToString()).Inc();

    /// <summary>Notes how long a rollout was worked on.</summary>
    /// <param name="outcome"><c>ok</c>, <c>retry</c> or <c>failed</c>.</param>
    /// <param name="elapsed">How long.</param>
    public void Reconciled(string outcome, TimeSpan elapsed) => _reconcile.WithLabels(outcome).Observe(elapsed.TotalSeconds);

    /// <summary>Shows how many rollouts wait.</summary>
    public void ShowDepth(int depth) => _depth.Set(depth);

    /// <summary>Shows how much is wrong with the files.</summary>
    public void ShowProblems(int count) => _problems.Set(count);

    /// <summary>Shows how much is wrong with the text of one rollout, where there are no files. Not called twice at once for a key.</summary>
    public void ShowProblems(RolloutKey key, int count)
    {
        var before = _wrong.GetValueOrDefault(key);
        if (count == 0)
        {
            _wrong.TryRemove(key, out _);
        }
        else
        {
            _wrong[key] = count;
        }

        if (count != before)
        {
            _problems.Inc(count - before);
        }
    }

    /// <summary>Removes everything that names the rollout.</summary>
    public void Remove(RolloutKey key)
    {
        _shown.TryRemove(key, out _);
        ShowProblems(key, 0);
        Remove(_phase, key);
        Remove(_weight, key);
        Remove(_transitions, key);
    }

    private static void Remove<T>(Collector<T> collector, RolloutKey key)
        where T : ChildBase
    {
        foreach (var labels in collector.GetAllLabelValues().Where(labels => labels[0] == key.Namespace && labels[1] == key.Name).ToList())
        {
            collector.RemoveLabelled(labels);
        }
    }

    private static double Ratio(CanaryWeight weight) => weight.BasisPoints / (double)CanaryWeight.WholeBasisPoints;

    private readonly record struct Shown(RolloutPhase Phase, CanaryWeight Wanted, CanaryWeight? Observed);
}
