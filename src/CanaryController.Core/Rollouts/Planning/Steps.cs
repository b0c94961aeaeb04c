using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>The steps of the attempt under way.</summary>
internal static class Steps
{
    /// <summary>Stands in for the step of a plan that has none, which <see cref="Stopping"/> rolls back.</summary>
    private static readonly RolloutStep Nothing = new() { Weight = CanaryWeight.Zero };

    public static RolloutStep Present(RolloutState state) => IsWithin(state) ? state.Plan[state.StepIndex] : Nothing;

    public static bool IsWithin(RolloutState state) => state.StepIndex >= 0 && state.StepIndex < state.Plan.Count;

    public static bool IsLast(RolloutState state) => state.StepIndex >= state.Plan.Count - 1;

    public static bool HasTraffic(RolloutStep step) => step.Weight > CanaryWeight.Zero || !step.Matches.IsEmpty || step.IsMirrored;

    public static int Approvals(RolloutState state)
    {
        var count = 0;
        foreach (var approval in state.Approvals)
        {
            count += approval.StepIndex == state.StepIndex ? 1 : 0;
        }

        return count;
    }

    /// <summary>For people: <c>step 2 of 4</c>.</summary>
    public static string Describe(RolloutState state) => $"step {state.StepIndex + 1} of {state.Plan.Count}";
}
