using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Series that name a Service and its namespace.</summary>
internal sealed class ServicePlace
{
    private readonly EvidenceRequest _request;
    private readonly RequestCounting _counting;

    private ServicePlace(EvidenceRequest request, RequestCounting counting, string namespaceLabel, string serviceLabel) =>
        (_request, _counting, NamespaceLabel, ServiceLabel) = (request, counting, namespaceLabel, serviceLabel);

    /// <summary>The label that holds the namespace.</summary>
    public string NamespaceLabel { get; }

    /// <summary>The label that holds the Service.</summary>
    public string ServiceLabel { get; }

    /// <summary>What series are found by.</summary>
    public IReadOnlyList<KeyLabel> Keys => [new(NamespaceLabel), new(ServiceLabel)];

    private string Namespace => _request.Target.Cluster?.Rollout.Namespace ?? _request.Key.Namespace;

    /// <summary>Of a rollout, by these labels unless others were named.</summary>
    public static ServicePlace Of(EvidenceRequest request, RequestCounting counting, string namespaceLabel, string serviceLabel) =>
        new(request, counting, counting.NamespaceLabel ?? namespaceLabel, counting.ServiceLabel ?? serviceLabel);

    /// <summary>The name that clients call.</summary>
    public static string ApexOf(EvidenceRequest request) => request.Target.Cluster?.Service ?? request.Target.Route;

    /// <summary>Each version has its own Service.</summary>
    public EquatableArray<ArmSeries> OfLeaves() =>
        VersionNames.OfServices(_request, _counting).Arms(version => new ArmSeries(version.Arm, [Namespace, version.Name]));

    /// <summary>Both are behind the Service that clients call, and another label tells them apart.</summary>
    public EquatableArray<ArmSeries> OfApex() =>
        VersionNames.OfRevisions(_request, _counting).Arms(version => new ArmSeries(version.Arm, [Namespace, ApexOf(_request)], version.Name));
}
