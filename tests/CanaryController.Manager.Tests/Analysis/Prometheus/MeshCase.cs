using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>What a metric source writes about one rollout, in its own names and labels.</summary>
internal sealed record MeshCase
{
    /// <summary>Names the case.</summary>
    public required string Name { get; init; }

    /// <summary>Who counts.</summary>
    public required RequestCounting Counting { get; init; }

    /// <summary>The route.</summary>
    public RouteTarget Target { get; init; } = OnCluster();

    /// <summary>The revisions; hashes of a Deployment unless said otherwise.</summary>
    public (string Stable, string Canary) Revisions { get; init; } = ("5d8f7c9b6", "6f7b8c9d5");

    /// <summary>The counter of requests: its name and labels, with VERSION where the version's name stands and ENDED where the outcome does.</summary>
    public required string Requests { get; init; }

    /// <summary>The histogram's buckets, likewise, with LE; null without one.</summary>
    public string? Buckets { get; init; }

    /// <summary>What the versions are called.</summary>
    public required (string Stable, string Canary) Names { get; init; }

    /// <summary>How a good and a failed request end, in the source's words.</summary>
    public required (string Good, string Bad) Endings { get; init; }

    /// <summary>The bounds, as the label writes them.</summary>
    public string[] Bounds { get; init; } = [];

    /// <summary>How many units of the bounds make a second.</summary>
    public int UnitsPerSecond { get; init; } = 1;

    /// <summary>A threshold, seconds.</summary>
    public double MaxSeconds { get; init; } = 0.5;

    /// <summary>A rollout on Kubernetes.</summary>
    public static RouteTarget OnCluster(WorkloadType workload = WorkloadType.Deployment, string ns = "shop") => new("kubernetes", $"{ns}/checkout")
    {
        Cluster = new(new RolloutKey(ns, "checkout"), RouterType.GatewayAPI, [], "checkout", 80, workload)
        {
            Deployment = workload is WorkloadType.Deployment ? "checkout" : null,
        },
    };

    /// <summary>What is gathered.</summary>
    public EvidenceRequest Request(DateTimeOffset trafficSince)
    {
        MetricSpec[] metrics = Buckets is null ? [EvidenceRig.SuccessRate] : [EvidenceRig.SuccessRate, EvidenceRig.Latency with { Max = MaxSeconds }];
        var request = EvidenceRig.Request(trafficSince, Name, metrics);
        return request with
        {
            Target = Target,
            Spec = request.Spec with { Analysis = request.Spec.Analysis with { Counting = Counting } },
            State = request.State with { StableRevision = Revisions.Stable, CanaryRevision = Revisions.Canary },
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Counters as an exporter's page has them.</summary>
internal sealed class MeshPage(MeshCase mesh)
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    /// <summary>Changes every name that belongs to the rollout: another one's counters.</summary>
    public Func<string, string> Rename { get; init; } = text => text;

    /// <summary>Counts requests.</summary>
    public MeshPage Count(Arm arm, int good, int bad = 0, double seconds = 0.01)
    {
        var version = arm == Arm.Canary ? mesh.Names.Canary : mesh.Names.Stable;
        Add(mesh.Requests, version, mesh.Endings.Good, good, isShownAtZero: true);
        Add(mesh.Requests, version, mesh.Endings.Bad, bad, isShownAtZero: false);
        if (mesh.Buckets is { } buckets)
        {
            foreach (var bound in mesh.Bounds)
            {
                var isWithin = seconds <= double.Parse(bound, System.Globalization.CultureInfo.InvariantCulture) / mesh.UnitsPerSecond;
                Add(buckets.Replace("LE", bound, StringComparison.Ordinal), version, mesh.Endings.Good, isWithin ? good + bad : 0, true);
            }

            Add(buckets.Replace("LE", "+Inf", StringComparison.Ordinal), version, mesh.Endings.Good, good + bad, true);
        }

        return this;
    }

    /// <summary>The process starts again: every counter from nothing.</summary>
    public void Restart()
    {
        foreach (var series in _series.Keys)
        {
            _series[series] = 0;
        }
    }

    /// <summary>A version's pods are gone.</summary>
    public void Vanish(Arm arm)
    {
        var version = Rename(arm == Arm.Canary ? mesh.Names.Canary : mesh.Names.Stable);
        foreach (var series in _series.Keys.Where(series => series.Contains($"\"{version}\"", StringComparison.Ordinal)).ToList())
        {
            _series.Remove(series);
        }
    }

    /// <summary>In the text format.</summary>
    public string Text => string.Concat(_series.Select(series => FormattableString.Invariant($"{series.Key} {series.Value}\n")));

    /// <summary>A scrape that began then.</summary>
    public void Scrape(FakePrometheus prometheus, DateTimeOffset at, string instance = "10.0.0.1:15020")
    {
        foreach (var (series, value) in _series)
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["__name__"] = series[..series.IndexOf('{', StringComparison.Ordinal)] };
            foreach (var label in series[(labels["__name__"].Length + 1)..^1].Split("\",", StringSplitOptions.RemoveEmptyEntries))
            {
                var at0 = label.IndexOf("=\"", StringComparison.Ordinal);
                labels[label[..at0]] = label[(at0 + 2)..].TrimEnd('"');
            }

            labels.TryAdd("job", "mesh");
            labels["instance"] = instance;
            prometheus.Add(labels, at.ToUnixTimeMilliseconds(), value);
        }
    }

    private void Add(string template, string version, string ending, int more, bool isShownAtZero)
    {
        var series = Rename(template.Replace("VERSION", version, StringComparison.Ordinal).Replace("ENDED", ending, StringComparison.Ordinal));
        if (more > 0 || isShownAtZero || _series.ContainsKey(series))
        {
            _series[series] = _series.GetValueOrDefault(series) + more;
        }
    }
}
