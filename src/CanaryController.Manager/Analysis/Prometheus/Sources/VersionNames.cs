using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>What a rollout's two versions are called where their requests are counted. A name that somebody gave (<c>analysis.sourceNames</c>) comes first.</summary>
/// <param name="Canary">The canary's.</param>
/// <param name="Stable">Stable's; null before there is one.</param>
internal readonly record struct VersionNames(string Canary, string? Stable)
{
    /// <summary>They are called as the revisions are: versions that somebody else runs.</summary>
    public static VersionNames OfRevisions(EvidenceRequest request, RequestCounting counting) =>
        Of(request, counting, request.State.CanaryRevision!, request.State.StableRevision);

    /// <summary>They are called as the Services before them: <c>SERVICE-canary</c> and <c>SERVICE-stable</c> of a Deployment, else what the versions are named after.</summary>
    public static VersionNames OfServices(EvidenceRequest request, RequestCounting counting) =>
        request.Target.Cluster is { Workload: WorkloadType.Deployment } cluster
            ? Of(request, counting, $"{cluster.Service}-canary", $"{cluster.Service}-stable")
            : OfRevisions(request, counting);

    /// <summary>They are called by what they are for, <c>canary</c> and <c>stable</c>, of a Deployment, whose revisions are hashes; else by what <paramref name="nameOf"/> makes of the revisions.</summary>
    public static VersionNames OfRoles(EvidenceRequest request, RequestCounting counting, Func<string, string> nameOf) => request.Target.Cluster is { Workload: WorkloadType.Deployment }
        ? Of(request, counting, "canary", "stable")
        : Of(request, counting, nameOf(request.State.CanaryRevision!), request.State.StableRevision is { } stable ? nameOf(stable) : null);

    private static VersionNames Of(EvidenceRequest request, RequestCounting counting, string canary, string? stable) => new(
        Given(counting.CanaryName, request.State.CanaryRevision) ?? canary,
        request.State.StableRevision is null ? null : Given(counting.StableName, request.State.StableRevision) ?? stable);

    private static string? Given(string? name, string? revision) => name is not null && revision is not null ? SourceName.Of(name, revision) : null;

    /// <summary>The series of both.</summary>
    public EquatableArray<ArmSeries> Arms(Func<(Arm Arm, string Name), ArmSeries> seriesOf) =>
        Stable is { } stable ? [seriesOf((Arm.Canary, Canary)), seriesOf((Arm.Stable, stable))] : [seriesOf((Arm.Canary, Canary))];
}
