using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Series with one name for namespace and Service together.</summary>
internal static class NamedBackends
{
    /// <summary>True when somebody gave the whole names.</summary>
    public static bool AreNamed(RequestCounting counting) => counting is { CanaryName: not null, StableName: not null };

    /// <summary>The names that somebody gave.</summary>
    public static EquatableArray<ArmSeries> Given(EvidenceRequest request, RequestCounting counting) =>
        VersionNames.OfRevisions(request, counting).Arms(version => new ArmSeries(version.Arm, [version.Name]));

    /// <summary>The versions' Services, with <paramref name="between"/> after the namespace.</summary>
    public static EquatableArray<ArmSeries> OfServices(EvidenceRequest request, RequestCounting counting, char between)
    {
        var ns = request.Target.Cluster?.Rollout.Namespace ?? request.Key.Namespace;
        return VersionNames.OfServices(request, counting).Arms(version => new ArmSeries(version.Arm, [$"{ns}{between}{version.Name}"]));
    }
}
