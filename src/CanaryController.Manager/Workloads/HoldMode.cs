namespace CanaryController.Manager.Workloads;

/// <summary>When a Deployment is paused.</summary>
internal enum HoldMode
{
    /// <summary>From adoption on: its controller never starts a rollout by itself.</summary>
    Always,

    /// <summary>Only while its template is not stable's. Needs the admission webhook; a rollout that starts all the same is captured.</summary>
    OnChange,
}
