using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Series that name the pod: those of a Deployment's revision begin with its ReplicaSet's name, ours with <c>DEPLOYMENT-cc-HASH</c>.</summary>
internal sealed class PodPlace
{
    private readonly EvidenceRequest _request;

    private PodPlace(EvidenceRequest request, RequestCounting counting, string namespaceLabel) =>
        (_request, NamespaceLabel, PodLabel) = (request, counting.NamespaceLabel ?? namespaceLabel, counting.PodLabel ?? "pod");

    /// <summary>The label that holds the namespace.</summary>
    public string NamespaceLabel { get; }

    /// <summary>The label that holds the pod's name.</summary>
    public string PodLabel { get; }

    /// <summary>What series are found by.</summary>
    public IReadOnlyList<KeyLabel> Keys => [new(NamespaceLabel), new(PodLabel, KeyForm.Pod)];

    /// <summary>Of a rollout, by this label of the namespace unless another was named.</summary>
    public static PodPlace Of(EvidenceRequest request, RequestCounting counting, string namespaceLabel) => new(request, counting, namespaceLabel);

    /// <summary>The pods of both revisions. Without a Deployment nobody's: the rules refuse that.</summary>
    public EquatableArray<ArmSeries> Series()
    {
        var series = new List<ArmSeries>();
        Add(series, Arm.Canary, _request.State.CanaryRevision);
        Add(series, Arm.Stable, _request.State.StableRevision);
        return [.. series];
    }

    private void Add(List<ArmSeries> series, Arm arm, string? revision)
    {
        if (revision is null || _request.Target.Cluster is not { Deployment: { } deployment } cluster)
        {
            return;
        }

        foreach (var replicaSet in (string[])[$"{deployment}-{revision}", $"{deployment}-cc-{revision}"])
        {
            series.Add(new(arm, [cluster.Rollout.Namespace, KeyLabel.PodPrefix(replicaSet)]));
        }
    }
}
