using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>What somebody is told who resumes a Deployment that a Rollout holds.</summary>
internal static class HoldWarnings
{
    /// <summary>Who holds it, and until when.</summary>
    public static string Why(RolloutObject rollout, RolloutState state, HoldMode mode) => (state.Phase, mode) switch
    {
        (RolloutPhase.Aborted, HoldMode.OnChange) => $"It stays paused: the Rollout {rollout.Key} rejected this template.",
        (_, HoldMode.Always) when state.Phase.IsAtRest() => $"It stays paused: the Rollout {rollout.Key} always holds it.",
        (_, HoldMode.OnChange) when state.Phase.IsAtRest() => $"It stays paused until the Rollout {rollout.Key} resumes it.",
        _ => $"It stays paused until the Rollout {rollout.Key} is over.",
    };

    /// <summary>What leads on from here.</summary>
    public static string WhatToDo(RolloutObject rollout, RolloutState state, HoldMode mode)
    {
        var name = $"{rollout.Key.Name} -n {rollout.Key.Namespace}";
        return (state.Phase, mode) switch
        {
            (RolloutPhase.Aborted, HoldMode.OnChange) => $"Apply another template, or: canaryctl retry {name}",
            _ when state.Phase.IsAtRest() => $"To have it back: canaryctl release {name}",
            _ => $"To end it now: canaryctl promote (or abort) {name}",
        };
    }
}
