using System.Globalization;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Which pods a ReplicaSet deletes first: those whose loss costs least.</summary>
internal sealed class PodRanking(DateTimeOffset now, IReadOnlyDictionary<string, int> podsOnNode) : IComparer<JsonObject>
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    public int Compare(JsonObject? x, JsonObject? y)
    {
        if (x is null || y is null)
        {
            return 0;
        }

        // Without a node, then not running, then not ready, then cheaper, then with more neighbours, then ready or made later.
        int[] order =
        [
            (Pod.NodeName(x).Length > 0).CompareTo(Pod.NodeName(y).Length > 0),
            PhaseRank(x).CompareTo(PhaseRank(y)),
            Pod.IsReady(x).CompareTo(Pod.IsReady(y)),
            Cost(x).CompareTo(Cost(y)),
            podsOnNode.GetValueOrDefault(Pod.NodeName(y)).CompareTo(podsOnNode.GetValueOrDefault(Pod.NodeName(x))),
            ByTime(x, y, Pod.ReadySince(x), Pod.ReadySince(y)),
            ByTime(x, y, ObjectFields.Time(x.CreatedAt()), ObjectFields.Time(y.CreatedAt())),
        ];
        return Array.Find(order, o => o != 0);
    }

    private static int PhaseRank(JsonObject pod) => Pod.Phase(pod) switch
    {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    };

    private static int Cost(JsonObject pod) =>
        int.TryParse(pod.Annotation(DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    /// <summary>Ages are compared by order of magnitude (base 2); within one, the uid decides: any of them may go.</summary>
    private int ByTime(JsonObject x, JsonObject y, DateTimeOffset? one, DateTimeOffset? other)
    {
        if (one is not { } a || other is not { } b || a == b)
        {
            return 0;
        }

        var magnitudes = Magnitude(a).CompareTo(Magnitude(b));
        return magnitudes != 0 ? magnitudes : string.CompareOrdinal(x.Uid(), y.Uid());
    }

    private int Magnitude(DateTimeOffset since)
    {
        var age = (now - since).Ticks;
        return age <= 0 ? 0 : (int)Math.Log2(age * 100.0);
    }
}
