using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>Asks gates beside the loop, and wakes the rollout when an answer changes something.</summary>
internal interface IGates
{
    /// <summary>Asks these from now on, and no others of this rollout. Called after each decision; cheap and idempotent.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="state">Its attempt and phase, as it was stored.</param>
    /// <param name="asked">What <see cref="RolloutGates.Asked"/> says.</param>
    void Track(RolloutKey key, RolloutState state, EquatableArray<AskedGate> asked);

    /// <summary>What they have answered so far about the present attempt. Reads memory only.</summary>
    EquatableArray<GateObservation> Observe(RolloutKey key, RolloutState state);

    /// <summary>Asks nothing more.</summary>
    void Forget(RolloutKey key);
}
