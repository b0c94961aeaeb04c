using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>
/// The objects of two services as the real manager left them in a small cluster with controllers: one at rest after a promotion (and a plain rolling update before it was adopted), one whose
/// canary has 50 %. As lines that the stub puts into its store in copies: what a cluster with thousands of them holds.
/// </summary>
/// <param name="AtRest">One at rest: <c>shop-$(copy)</c> in <c>rest-$(group)</c>.</param>
/// <param name="UnderWay">One under way: <c>busy-$(copy)</c> in <c>busy-$(group)</c>.</param>
/// <param name="StableHash">The revision that is stable under way.</param>
/// <param name="CanaryHash">The canary's.</param>
internal sealed partial record Recording(IReadOnlyList<string> AtRest, IReadOnlyList<string> UnderWay, string StableHash, string CanaryHash)
{
    /// <summary>How many copies share a namespace in the stub.</summary>
    private const int GroupSize = 20;

    private const string RestSteps = """[{"weight": 5, "hold": "5m"}, {"weight": 25, "hold": "10m", "minRequests": 1000}, {"weight": 50, "hold": "10m"}, {"weight": 100, "hold": "10m"}]""";
    private const string BusySteps = """[{"weight": 50, "hold": "10h"}, {"weight": 100, "hold": "1s"}]""";

    /// <summary>What a service's namespace holds, beside pods, which the manager never asks for.</summary>
    private static readonly KubeKind[] Kinds =
    [
        KubeKind.Deployment, KubeKind.ReplicaSet, KubeKind.ControllerRevision, KubeKind.Service, KubeKind.EndpointSlice, KubeKind.HttpRoute, KubeKind.Rollout,
    ];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Longer than a manager that starts tells transitions of before once more.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>Namespace and name of a copy under way: of its rollout, its route and all else.</summary>
    public static (string Namespace, string Name) Busy(int copy) => ($"busy-{copy / GroupSize:00000}", $"busy-{copy:00000}");

    /// <summary>The copies under way as a gateway counts them.</summary>
    public IReadOnlyList<SyntheticRoute> Routes(int copies) => [.. Enumerable.Range(0, copies).Select(copy => new SyntheticRoute($"{Busy(copy).Namespace}/{Busy(copy).Name}", Of(StableHash, copy), Of(CanaryHash, copy)))];

    /// <summary>Makes it; takes some seconds.</summary>
    public static async Task<Recording> MakeAsync(CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("  recording a service at rest and one under way …");
        await using var stage = await ClusterStage.StartAsync([], hasControllers: true, cancellation);
        await using var mesh = new Mesh(stage.Client);
        await stage.StartManagerAsync("recorder", cancellation);
        var (rest, busy) = (new LiveShop(stage, "restspace", "restshop"), new LiveShop(stage, "busyspace", "busyshop"));
        await rest.InstallAsync("v1", cancellation);
        await rest.ReleaseAsync("v2", cancellation);
        await rest.UntilRolledOutAsync(cancellation);
        await rest.AdoptAsync(RestSteps, cancellation);
        await rest.ReleaseAsync("v3", cancellation);
        await rest.UntilUnderWayAsync(5, cancellation);
        await rest.CommandAsync("Promote", cancellation);
        await rest.UntilPhaseAsync("Promoted", cancellation);
        await busy.InstallAsync("v1", cancellation);
        await busy.UntilRolledOutAsync(cancellation);
        await busy.AdoptAsync(BusySteps, cancellation);
        await busy.ReleaseAsync("v2", cancellation);
        await busy.UntilUnderWayAsync(50, cancellation);
        await stage.SettleAsync(cancellation);
        var underWay = await SnapshotAsync(stage.Client, busy, cancellation);
        var rollout = underWay.Single(item => (string?)item["kind"] == "Rollout");
        var hashes = (Stable: Token((string)rollout["status"]!["stableRevision"]!), Canary: Token((string)rollout["status"]!["canaryRevision"]!));
        return new(
            Lines(await SnapshotAsync(stage.Client, rest, cancellation), rest, "rest", "shop"),
            Lines(underWay, busy, "busy", "busy"),
            hashes.Stable,
            hashes.Canary);
    }

    private static async Task<IReadOnlyList<JsonObject>> SnapshotAsync(KubeClient client, LiveShop shop, CancellationToken cancellation)
    {
        var items = new List<JsonObject> { (await client.FindAsync(KubeKind.Namespace, null, shop.Namespace, cancellation))! };
        foreach (var kind in Kinds)
        {
            items.AddRange(await client.ListAsync(kind, shop.Namespace, cancellation));
        }

        return items;
    }

    /// <summary>Each object as a line whose names, uids and hashes are another's in each copy, and whose times lie further back.</summary>
    private static List<string> Lines(IReadOnlyList<JsonObject> items, LiveShop shop, string ns, string name)
    {
        var uids = items.Where(item => (string?)item["kind"] != "Namespace").Select(item => (string)item["metadata"]!["uid"]!).ToList();
        var hashes = items.Select(item => (string?)item["metadata"]!["labels"]?["pod-template-hash"]).OfType<string>().Distinct().ToList();
        return [.. items.Select(item => Line(item.ToJsonString(Relaxed)))];

        string Line(string text)
        {
            text = Moment().Replace(text, Earlier).Replace(shop.Namespace, $"{ns}-$(group)", StringComparison.Ordinal).Replace(shop.Name, $"{name}-$(copy)", StringComparison.Ordinal);
            text = hashes.Aggregate(text, (whole, hash) => whole.Replace(hash, Token(hash), StringComparison.Ordinal));
            return uids.Aggregate(text, (whole, uid) => whole.Replace(uid, $"{uid[..^5]}$(copy)", StringComparison.Ordinal));
        }
    }

    private static string Of(string token, int copy) => token.Replace("$(copy)", $"{copy:00000}", StringComparison.Ordinal);

    private static string Token(string hash) => $"{hash[..5]}$(copy)";

    private static string Earlier(Match moment)
    {
        var earlier = DateTimeOffset.Parse(moment.Value, System.Globalization.CultureInfo.InvariantCulture) - Age;
        return earlier.UtcDateTime.ToString($"yyyy-MM-ddTHH:mm:ss{(moment.Groups["fraction"].Length > 0 ? ".fffffff" : "")}", System.Globalization.CultureInfo.InvariantCulture) + moment.Groups["zone"].Value;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?<fraction>\.\d+)?(?<zone>Z|\+00:00)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Moment();
}
