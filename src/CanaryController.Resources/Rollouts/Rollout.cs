using CanaryController.Core;
using CanaryController.Resources.Notifications;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// How revisions of one service are released: <c>kind: Rollout</c> of <c>canarycontroller.io/v1alpha1</c>. Any text becomes one of these;
/// whether it is valid is what the rules say (<see cref="Rules.RolloutValidator"/>).
/// </summary>
public sealed record Rollout
{
    /// <summary>What <c>apiVersion</c> must be.</summary>
    public const string ApiVersionText = "canarycontroller.io/v1alpha1";

    /// <summary>What <c>kind</c> must be.</summary>
    public const string KindText = "Rollout";

    /// <summary>Finalizer: something of the rollout is the controller's, which gives it back before the object goes. Only on Kubernetes.</summary>
    public const string Finalizer = "canarycontroller.io/give-back";

    /// <summary>Annotation: with the value <c>true</c> the controller gives everything back and leads the rollout no more, until it is taken away. Only on Kubernetes.</summary>
    public const string ReleaseAnnotation = "canarycontroller.io/release";

    /// <summary><c>canarycontroller.io/v1alpha1</c>. Required.</summary>
    public string ApiVersion { get; init; } = ApiVersionText;

    /// <summary><c>Rollout</c>. Required.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name, namespace, labels. Required.</summary>
    public RolloutMetadata Metadata { get; init; } = new();

    /// <summary>What is wanted. Required.</summary>
    public SpecSection Spec { get; init; } = new();

    /// <summary>Names this rollout.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public RolloutKey Key => new(Metadata.Namespace, Metadata.Name);
}

/// <summary>Name, namespace, labels and annotations.</summary>
public sealed record RolloutMetadata
{
    /// <summary>The name, unique in the namespace: a DNS label, at most 63 of <c>a-z 0-9 -</c>. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The namespace: a DNS label. Default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>For people and tools; the controller does not read them. At most 64.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>For people and tools; of these the controller reads <see cref="Rollout.ReleaseAnnotation"/> only. At most 64.</summary>
    public EquatableArray<KeyValuePair<string, string>> Annotations { get; init; }
}

/// <summary>What is wanted of a rollout.</summary>
public sealed record SpecSection
{
    /// <summary>Which versions, and who runs them. Required.</summary>
    public WorkloadSection Workload { get; init; } = new();

    /// <summary>The service whose versions they are. Required for Deployments; for External workloads only shown.</summary>
    public ServiceSection? Service { get; init; }

    /// <summary>What splits the traffic. Required.</summary>
    public TrafficSection Traffic { get; init; } = new();

    /// <summary>The way from no traffic to all of it. Required.</summary>
    public StrategySection Strategy { get; init; } = new();

    /// <summary>What the canary is judged by. Left out: nothing is judged, and a warning says so.</summary>
    public AnalysisSection Analysis { get; init; } = new();

    /// <summary>Who hears of it. Left out: nobody but those who look.</summary>
    public NotificationsSection Notifications { get; init; } = new();
}
