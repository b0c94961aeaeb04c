using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Evidence from Prometheus. This is the door; the book behind it says how threads meet.</summary>
/// <remarks>
/// A changed metric definition, budget, warm-up or stable version makes a new ledger for all of the rollout's metrics, filled again from Prometheus. For the metrics that did not
/// change this comes to the same as keeping their evidence: a ledger holds what the samples say, and the samples are still there. Until it is filled nothing passes.
/// </remarks>
internal sealed class PrometheusEvidence(EvidenceBook book, EvidenceSignals signals) : IEvidence
{
    /// <inheritdoc/>
    public void Track(EvidenceRequest request)
    {
        if (book.Track(request))
        {
            signals.Behind.Set();
            signals.Intervals.Set();
        }
    }

    /// <inheritdoc/>
    public void Forget(RolloutKey key)
    {
        book.Forget(key);
        signals.Intervals.Set();
    }

    /// <inheritdoc/>
    public AnalysisObservation? Observe(RolloutKey key, RolloutState state, DateTimeOffset now) => book.Observe(key, state, now);
}
