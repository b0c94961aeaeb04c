using CanaryController.Core;
using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>What a plan rests on beside the objects.</summary>
/// <param name="Now">The moment.</param>
/// <param name="Fence">Who leads, in which term.</param>
/// <param name="Hold">When the Deployment is paused.</param>
/// <param name="DrainDelay">How long clients may go on with what they resolved before a switch.</param>
internal readonly record struct PlanBasis(DateTimeOffset Now, string Fence, HoldMode Hold, TimeSpan DrainDelay)
{
    /// <summary>
    /// The route was seen to give the canary's Service nothing, and says so. Only then may that Service be pointed at a new canary: after a promotion it still has all requests, for
    /// the version that is stable now.
    /// </summary>
    public bool IsCanaryServiceIdle { get; init; } = true;
}

/// <summary>What is to be written now, and what is waited for.</summary>
internal sealed class WorkloadPlan(EquatableArray<Effect> effects, PlanBasis basis)
{
    private readonly List<WorkloadAction> _actions = [];
    private readonly List<string> _waits = [];

    public PlanBasis Basis => basis;

    public EquatableArray<Effect> Effects => effects;

    /// <summary>In this order; each holds whatever becomes of the others. What rests on what these bring is planned after them.</summary>
    public IReadOnlyList<WorkloadAction> Actions => _actions;

    /// <summary>What the cluster is waited for, in sentences.</summary>
    public IReadOnlyList<string> Waits => _waits;

    /// <summary>What only time ends, in one sentence: nothing is seen to change when it is over.</summary>
    public string? WaitsForTime { get; private set; }

    /// <summary>What cannot be done, in one sentence.</summary>
    public string? Problem { get; private set; }

    public bool HasActions => _actions.Count > 0;

    public void Do(WorkloadAction action) => _actions.Add(action);

    public void Wait(string what) => _waits.Add(what);

    public void WaitForTime(string what) => WaitsForTime ??= what;

    public void Refuse(string problem) => Problem ??= problem;

    public T? Find<T>()
        where T : Effect
    {
        foreach (var effect in effects)
        {
            if (effect is T found)
            {
                return found;
            }
        }

        return null;
    }
}
