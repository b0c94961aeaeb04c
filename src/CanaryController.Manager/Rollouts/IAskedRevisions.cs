using CanaryController.Core.Rollouts;
using CanaryController.Resources.Gates;

namespace CanaryController.Manager.Rollouts;

/// <summary>Knows which revision is asked for at this moment, decided about or not.</summary>
internal interface IAskedRevisions
{
    /// <summary>The revision that the resource or its workload asks for; null when that cannot be said. Reads memory only, and changes nothing.</summary>
    AskedRevision? Asked(RolloutResource resource, RolloutState state);
}
