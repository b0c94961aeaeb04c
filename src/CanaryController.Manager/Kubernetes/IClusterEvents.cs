using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Tells people, as Kubernetes Events, what happened beside the transitions. Never blocks and never fails: an Event is a courtesy.</summary>
internal interface IClusterEvents
{
    /// <summary>Tells it of <paramref name="rollout"/>.</summary>
    void Report(RolloutObject rollout, ClusterEvent happened);
}

/// <summary>What happened.</summary>
/// <param name="Reason">One word for machines, like <c>TemplateReverted</c>.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="IsWarning">Somebody may have to do something.</param>
internal sealed record ClusterEvent(string Reason, string Message, bool IsWarning);
