namespace CanaryController.Manager.Workloads;

/// <summary>Annotations by which the workload's objects remember what was done to them.</summary>
internal static class WorkloadMarks
{
    /// <summary>On a Deployment: it is paused because of the rollout of this name, so leaving resumes it. One that was paused before stays paused. Where it was lost, <see cref="Kubernetes.Objects.DeploymentObject.IsPausedByUs"/> tells the same.</summary>
    public const string Held = "canarycontroller.io/held";

    /// <summary>On a Deployment: the user who changed its template last, as admission saw it, where an approval refuses the author.</summary>
    public const string AppliedBy = "canarycontroller.io/applied-by";

    /// <summary>On an apex Service: the webhook pinned it for the rollout of this name, inside somebody's apply. Goes with the pin at leaving.</summary>
    public const string Pinned = "canarycontroller.io/pinned";

    /// <summary>On a Deployment: earlier versions wrote it during a hand over, to make its controller look again. Goes when the Deployment is resumed.</summary>
    public const string Nudge = "canarycontroller.io/nudge";

    /// <summary>On the Service before stable: when it was pointed at other pods, RFC 3339.</summary>
    public const string SwitchedAt = "canarycontroller.io/switched-at";

    /// <summary>On the Services beside the apex: since when no route leads to them any more, RFC 3339. They go after the drain delay, since gateways need a moment to see that.</summary>
    public const string LeftAt = "canarycontroller.io/left-at";

    /// <summary>On the Services beside the apex: the keys of its annotations that were carried over, joined by commas. One that the apex loses is taken away again.</summary>
    public const string Carried = "canarycontroller.io/carried";

    /// <summary>On the apex Service: who applied the selector that we changed, as managedFields entries. It is given back by the next write, and the note goes.</summary>
    public const string SelectorOwners = "canarycontroller.io/selector-owners";

    /// <summary>Label of a Service that consul-k8s reads: <c>true</c> keeps it from registering the pods once more for this Service.</summary>
    public const string IgnoredByConsul = "consul.hashicorp.com/service-ignore";
}
