using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The series of a rollout, as they are known when its ledger begins.</summary>
/// <param name="Counted">Where its requests are counted.</param>
/// <param name="Slots">Its counters' slots.</param>
/// <param name="Bounds">The bounds of its histograms.</param>
internal sealed record TrackedSeries(CountedBy Counted, CounterSlots Slots, HistogramBounds Bounds);
