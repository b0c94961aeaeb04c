using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;

namespace CanaryController.Manager.Analysis;

/// <summary>
/// Gathers evidence for the rollouts under way, in the background, and judges it on demand without I/O. When a judgement changes in a way that matters to
/// the planner, it wakes the rollout through <see cref="IRolloutWaker"/>.
/// </summary>
internal interface IEvidence
{
    /// <summary>
    /// Gathers for this rollout from now on. Called after each persisted decision; cheap and idempotent. Evidence is kept for the same attempt and the same
    /// metric definition, dropped for changed metrics, and rebuilt from the provider when the attempt is not known here (a restart).
    /// </summary>
    void Track(EvidenceRequest request);

    /// <summary>Stops gathering.</summary>
    void Forget(RolloutKey key);

    /// <summary>What the evidence says now; null when the rollout is not tracked, has had no traffic yet, or judges nothing.</summary>
    AnalysisObservation? Observe(RolloutKey key, RolloutState state, DateTimeOffset now);
}

/// <summary>What to gather.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="Spec">Its metrics and policies.</param>
/// <param name="State">Revision, attempt, plan, step and the moments evidence counts from.</param>
/// <param name="Target">The route whose requests are counted.</param>
internal sealed record EvidenceRequest(RolloutKey Key, RolloutSpec Spec, RolloutState State, RouteTarget Target)
{
    /// <summary>A metric is judged, or a step waits for a number of requests. Where neither is so, no provider is asked, and none that is away can be said to hold anything.</summary>
    public bool JudgesAnything => !Spec.Analysis.Metrics.IsEmpty || State.Plan.Any(step => step.MinRequests > 0 || !step.Metrics.IsEmpty);
}

/// <summary>Puts a rollout into the work queue.</summary>
internal interface IRolloutWaker
{
    /// <summary>Decide about <paramref name="key"/> soon; a higher lane overtakes all lower ones.</summary>
    void Wake(RolloutKey key, QueueLane lane);
}
