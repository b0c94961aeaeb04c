using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>The labels, annotations and names by which objects say what we did to them.</summary>
internal static class Marks
{
    /// <summary>The field manager of every write.</summary>
    public const string FieldManager = "canary-controller";

    /// <summary>Finalizer of a Rollout: everything is given back before it goes.</summary>
    public const string Finalizer = Resources.Rollouts.Rollout.Finalizer;

    /// <summary>Label of objects that we made or hold: the rollout's name.</summary>
    public const string RolloutLabel = "canarycontroller.io/rollout";

    /// <summary>Annotation: the leader and term that wrote last.</summary>
    public const string FenceAnnotation = "canarycontroller.io/fence";

    /// <summary>Annotation of the Lease: who leads and where its API is, with a blank between.</summary>
    public const string AddressAnnotation = "canarycontroller.io/api-address";

    /// <summary>Annotation of a RolloutCommand: who created it, as admission saw it.</summary>
    public const string StampAnnotation = "canarycontroller.io/stamp";

    /// <summary>Annotation of a Rollout: its messages in Slack, by NotificationChannel, as JSON.</summary>
    public const string SlackAnnotation = "canarycontroller.io/slack-messages";

    /// <summary>Label of a RolloutCommand: its action in lower case, by which older API servers tell those apart that must pass while admission is down.</summary>
    public const string ActionLabel = RolloutCommandResource.ActionLabel;

    /// <summary>Label of every pod and ReplicaSet of a Deployment: its template's hash, and our name of a revision.</summary>
    public const string PodTemplateHash = "pod-template-hash";
}
