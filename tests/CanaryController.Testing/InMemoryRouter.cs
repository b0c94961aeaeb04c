using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;

namespace CanaryController.Testing;

/// <summary>A router that carries splits out at once, and can be told to be down. Versions have one healthy instance unless said otherwise.</summary>
internal sealed class InMemoryRouter : ITrafficRouter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RouteTarget, TrafficSplit> _routes = [];
    private readonly Dictionary<string, VersionInstances> _versions = new(StringComparer.Ordinal);
    private readonly List<(RouteTarget Target, TrafficSplit Split)> _applied = [];

    /// <summary>Why nothing works; null = everything does.</summary>
    public string? Problem { get; set; }

    /// <summary>Called before each split is carried out: where tests crash.</summary>
    public Action<TrafficSplit>? BeforeApply { get; set; }

    /// <summary>Called after each split was carried out.</summary>
    public Action<TrafficSplit>? AfterApply { get; set; }

    /// <summary>How often the route was read.</summary>
    public int Reads { get; private set; }

    /// <summary>All splits that were carried out, in order.</summary>
    public IReadOnlyList<(RouteTarget Target, TrafficSplit Split)> Applied
    {
        get
        {
            lock (_gate)
            {
                return [.. _applied];
            }
        }
    }

    /// <summary>The canary's weight on <paramref name="target"/> now.</summary>
    public CanaryWeight WeightOf(RouteTarget target)
    {
        lock (_gate)
        {
            return _routes.TryGetValue(target, out var split) ? split.Weight : CanaryWeight.Zero;
        }
    }

    /// <summary>Says how many instances a version has.</summary>
    public void SetInstances(string version, int healthy, int total)
    {
        lock (_gate)
        {
            _versions[version] = new(healthy, total);
        }
    }

    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation)
    {
        lock (_gate)
        {
            Reads++;
            return Task.FromResult(Reading(target, stable, canary));
        }
    }

    /// <inheritdoc/>
    public Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        BeforeApply?.Invoke(split);
        lock (_gate)
        {
            if (Problem is null)
            {
                _routes[target] = split;
                _applied.Add((target, split));
            }
        }

        AfterApply?.Invoke(split);
        lock (_gate)
        {
            return Task.FromResult(Reading(target, split.Stable, split.Canary));
        }
    }

    /// <inheritdoc/>
    public Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation) => Task.FromResult(Problem);

    private RouteReading Reading(RouteTarget target, string stable, string? canary)
    {
        if (Problem is not null)
        {
            return RouteReading.Unknown(Problem);
        }

        var split = _routes.TryGetValue(target, out var applied) ? InWordsOf(applied, stable, canary) : TrafficSplit.AllTo(stable);
        var versions = new[] { stable, canary }.OfType<string>().Distinct().ToDictionary(name => name, name => _versions.GetValueOrDefault(name, new(1, 1)));
        return new(new RouteObservation(split, Accepted: true, Problem: null), versions);
    }

    /// <summary>After a promotion the planner calls the former canary stable.</summary>
    private static TrafficSplit InWordsOf(TrafficSplit applied, string stable, string? canary) => applied switch
    {
        _ when applied.Stable == stable && (applied.Canary == canary || applied.Weight == CanaryWeight.Zero) => applied with { Canary = canary ?? applied.Canary },
        { Canary: { } now } when now == stable && applied.Weight == CanaryWeight.Full => new(stable, canary, CanaryWeight.Zero, applied.Matches),
        _ => applied,
    };
}
