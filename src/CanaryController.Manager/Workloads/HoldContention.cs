using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Who resumes a Deployment that is held, again and again. It is paused again each time, and at once: a rolling update cannot be waited out. Nobody's name stands on a field that was removed, so
/// nobody is named.
/// </summary>
internal sealed class HoldContention(TimeProvider time)
{
    private readonly Contention<ObjectName> _deployments = new(time);

    /// <summary>Takes over what is seen of a Deployment. Returns who contends for it, in one sentence; null when nobody does.</summary>
    public string? Look(WorkloadSnapshot seen)
    {
        var name = seen.Target.DeploymentName;
        if (seen.Deployment is { IsPaused: false } deployment && deployment.Meta.Annotations.ContainsKey(WorkloadMarks.Held))
        {
            _deployments.Note(name, null);
        }
        else
        {
            _deployments.Settled(name);
        }

        return _deployments.Contended(name) is { } times
            ? $"The Deployment {name.Name}, which is held, was resumed by others {times} times within {Contentions.Window.TotalMinutes:0} minutes; it is paused again each time, and what began to roll is the canary."
            : null;
    }

    /// <summary>Nobody holds the Deployment any more.</summary>
    public void Forget(ObjectName deployment) => _deployments.Forget(deployment);
}
