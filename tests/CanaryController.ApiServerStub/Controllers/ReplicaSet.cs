using System.Globalization;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>A version of a ReplicaSet as the Deployment controller looks at it.</summary>
internal sealed class ReplicaSet(JsonObject item)
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    public const string RevisionHistoryAnnotation = "deployment.kubernetes.io/revision-history";
    public const string DesiredAnnotation = "deployment.kubernetes.io/desired-replicas";
    public const string MaxAnnotation = "deployment.kubernetes.io/max-replicas";

    /// <summary>Oldest creation first; within one second by name.</summary>
    public static Comparer<ReplicaSet> ByAge { get; } = Comparer<ReplicaSet>.Create((a, b) =>
        string.CompareOrdinal(a.Item.CreatedAt(), b.Item.CreatedAt()) is var age and not 0 ? age : string.CompareOrdinal(a.Name, b.Name));

    /// <summary>Lowest revision first, then by age.</summary>
    public static Comparer<ReplicaSet> ByRevision { get; } = Comparer<ReplicaSet>.Create((a, b) =>
        a.Revision is { } x && b.Revision is { } y && x != y ? x.CompareTo(y) : ByAge.Compare(a, b));

    public JsonObject Item { get; } = item;

    public string Name => Item.Name();

    public string Uid => Item.Uid();

    public JsonNode? Template => Item.At("spec", "template");

    public int Replicas => (int)(Item.Number("spec", "replicas") ?? 1);

    public int MinReadySeconds => Item.Count("spec", "minReadySeconds");

    public int StatusReplicas => Item.Count("status", "replicas");

    public int ReadyReplicas => Item.Count("status", "readyReplicas");

    public int AvailableReplicas => Item.Count("status", "availableReplicas");

    public long ObservedGeneration => Item.Number("status", "observedGeneration") ?? 0;

    /// <summary>0 without one, null when it is no number.</summary>
    public long? Revision => Item.Annotation(RevisionAnnotation) is not { } text
        ? 0
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var revision) ? revision : null;

    public int? DesiredReplicas => Number(DesiredAnnotation);

    public int? MaxReplicas => Number(MaxAnnotation);

    public ReplicaSet Copy() => new(Item.Copy());

    private int? Number(string annotation) =>
        int.TryParse(Item.Annotation(annotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Sums over ReplicaSets.</summary>
internal static class ReplicaSetSums
{
    public static int Wanted(this IEnumerable<ReplicaSet> all) => all.Sum(rs => rs.Replicas);

    public static int Actual(this IEnumerable<ReplicaSet> all) => all.Sum(rs => rs.StatusReplicas);

    public static int Ready(this IEnumerable<ReplicaSet> all) => all.Sum(rs => rs.ReadyReplicas);

    public static int Available(this IEnumerable<ReplicaSet> all) => all.Sum(rs => rs.AvailableReplicas);

    /// <summary>Those that want pods.</summary>
    public static List<ReplicaSet> Active(this IEnumerable<ReplicaSet> all) => [.. all.Where(rs => rs.Replicas > 0)];

    public static IEnumerable<ReplicaSet> With(this IEnumerable<ReplicaSet> old, ReplicaSet? @new) => @new is null ? old : old.Append(@new);
}
