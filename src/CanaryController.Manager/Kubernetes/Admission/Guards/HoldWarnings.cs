using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>What somebody is told who resumes a Deployment that a Rollout holds.</summary>
internal static class HoldWarnings
{
    /// <summary>Who holds it and until when, and what leads on from here; null where nothing has to be done.</summary>
    /// <param name="rollout">The Rollout.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="mode">When it holds.</param>
    /// <param name="isStable">The Deployment asks for stable's template.</param>
    /// <param name="isNew">It asks for another one than before.</param>
    public static (string Why, string? WhatToDo) Of(RolloutObject rollout, RolloutState state, HoldMode mode, bool isStable, bool isNew)
    {
        var name = $"{rollout.Key.Name} -n {rollout.Key.Namespace}";
        if (!state.Phase.IsAtRest() || state.HandOverStarted)
        {
            return ($"It stays paused until the Rollout {rollout.Key} is over.", $"To end it now: canaryctl promote (or abort) {name}");
        }

        return (mode, isStable, isNew) switch
        {
            (HoldMode.Always, _, _) => ($"It stays paused: the Rollout {rollout.Key} always holds it.", $"To have it back: canaryctl release {name}"),
            (HoldMode.OnChange, true, _) => ($"It stays paused until the Rollout {rollout.Key} resumes it, in a moment.", null),
            (HoldMode.OnChange, false, true) => ($"It stays paused: the Rollout {rollout.Key} tries this template as a canary first.", null),
            (HoldMode.OnChange, false, false) => ($"It stays paused: the Rollout {rollout.Key} rejected this template.", $"Apply another template, or: canaryctl retry {name}"),
        };
    }
}
