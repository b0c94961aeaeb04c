using System.Collections.Immutable;
using System.Text.Json;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Health;
using CanaryController.Gateway.Metrics;
using CanaryController.Gateway.Splits;

namespace CanaryController.Gateway.Routing;

/// <summary>
/// Owns the routes. Changes (a split from the admin API, an edited configuration) are made one at a time; requests only read references and never wait.
/// </summary>
internal sealed partial class RouteRegistry(SplitStore store, GatewayMetrics metrics, HealthChecks health, TimeProvider time, ILogger<RouteRegistry> log) : IDisposable
{
    private readonly SemaphoreSlim _changing = new(1);
    // Also those of routes that are not configured at the moment: a route taken out by mistake comes back as it was.
    private ImmutableDictionary<string, AppliedSplit> _kept = ImmutableDictionary<string, AppliedSplit>.Empty;
    private volatile RouteTable _table = new([]);

    public RouteTable Table => _table;

    public GatewayRoute? Find(string name) => _table.Routes.FirstOrDefault(route => route.Name == name);

    /// <summary>Puts the kept splits in force again. Returns when every address was checked once.</summary>
    /// <exception cref="IOException">The state file cannot be written.</exception>
    public async Task StartAsync(GatewayOptions options)
    {
        try
        {
            _kept = store.Read();
        }
        catch (FormatException broken)
        {
            LogStateBroken(log, broken.Message);
        }

        AdaptKept(options.Routes);
        store.Write(_kept);
        TakeUp(options.Routes);
        await health.FirstRoundAsync();
    }

    /// <summary>Takes an edited configuration's routes live, or says why that would lose requests.</summary>
    public async Task<IReadOnlyList<FieldProblem>> ReloadAsync(IReadOnlyList<GatewayRouteOptions> routes, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var problems = VersionsTakenAway(routes);
            if (problems.Count > 0)
            {
                return problems;
            }

            AdaptKept(routes);
            TakeUp(routes);
            Keep();
            return problems;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Puts a split in force and keeps it. When this returns, any later request follows it.</summary>
    public async Task<ApplyOutcome> ApplyAsync(string name, JsonElement json, long? expectedGeneration)
    {
        await _changing.WaitAsync();
        try
        {
            if (Find(name) is not { } route)
            {
                return new ApplyOutcome.NoSuchRoute();
            }

            var plan = route.Plan;
            if (expectedGeneration is not null && expectedGeneration != plan.Applied.Generation)
            {
                return new ApplyOutcome.OtherGeneration(plan.Applied.Generation);
            }

            var problems = new List<FieldProblem>();
            if (SplitReader.Read(json, [.. plan.Versions.Select(version => version.Name)], problems) is not { } split)
            {
                return new ApplyOutcome.Wrong(problems);
            }

            if (split == plan.Applied.Split)
            {
                return new ApplyOutcome.InForce(plan);
            }

            var same = split.MeansTheSameAs(plan.Applied.Split);
            var applied = new AppliedSplit(plan.Applied.Generation + (same ? 0 : 1), split);
            _kept = _kept.SetItem(name, applied);
            // Kept before it is in force, so that a crash never goes back behind an answer. But a full disk must not stop an abort: it is in force anyway.
            Keep();
            route.Plan = new RoutePlan(plan.Options, plan.Versions, applied);
            Show(route.Plan);
            Note(route);
            LogSplitApplied(log, name, applied.Generation, string.Join(", ", split.Weights.Select(weight => $"{weight.Key}={weight.Value}")), split.Matches.Length);
            return new ApplyOutcome.InForce(route.Plan);
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    private static string Join(IEnumerable<string> names) => string.Join(", ", names);

    private List<FieldProblem> VersionsTakenAway(IReadOnlyList<GatewayRouteOptions> routes) =>
        [.. from route in routes
            let applied = Find(route.Name)?.Plan.Applied
            where applied is not null
            let gone = applied.Split.Weights.Where(weight => weight.Value > 0 && route.Versions.All(version => version.Name != weight.Key)).Select(weight => weight.Key).ToList()
            where gone.Count > 0
            select FieldProblem.Of(
                $"routes[{route.Name}].versions",
                Join(route.Versions.Select(version => version.Name)),
                $"{Join(gone)} is missing but carries weight in the split in force (generation {applied.Generation}).",
                "keep it in the file until its weight is 0")];

    private void AdaptKept(IReadOnlyList<GatewayRouteOptions> routes)
    {
        foreach (var route in routes)
        {
            var (applied, change) = _kept.TryGetValue(route.Name, out var kept)
                ? KeptSplitCheck.Adapt(kept, route)
                : (new AppliedSplit(1, Split.AllTo(route.Stable)), null);
            if (change is not null)
            {
                LogSplitChanged(log, route.Name, change, applied.Generation);
            }

            _kept = _kept.SetItem(route.Name, applied);
        }
    }

    private void TakeUp(IReadOnlyList<GatewayRouteOptions> routes)
    {
        var before = _table;
        var next = new List<GatewayRoute>(routes.Count);
        foreach (var options in routes)
        {
            var known = before.Routes.FirstOrDefault(route => route.Name == options.Name);
            var versions = options.Versions.Select(version => Build(options, version, known?.Plan)).ToImmutableArray();
            var plan = new RoutePlan(options, versions, _kept[options.Name]);
            var route = known ?? new GatewayRoute(plan);
            Retire(known?.Plan, plan);
            route.Plan = plan;
            Show(plan);
            Note(route);
            next.Add(route);
        }

        _table = new RouteTable(next);
        foreach (var gone in before.Routes.Where(route => !next.Contains(route)))
        {
            Retire(gone.Plan, null);
            metrics.RetireRoute(gone.Name);
        }

        health.Watch(next);
    }

    private GatewayVersion Build(GatewayRouteOptions route, VersionOptions options, RoutePlan? before)
    {
        var same = before?.Versions.FirstOrDefault(version => version.Name == options.Name);
        return new GatewayVersion(route, options, same?.Metrics ?? metrics.ForVersion(route.Name, options.Name), same);
    }

    private void Retire(RoutePlan? before, RoutePlan? after)
    {
        foreach (var gone in before?.Versions.Where(version => after?.Versions.Any(kept => kept.Name == version.Name) != true) ?? [])
        {
            metrics.Retire(before!.Options.Name, gone.Name, gone.Metrics);
        }
    }

    private void Show(RoutePlan plan)
    {
        metrics.Applied(plan.Options.Name, plan.Applied.Generation);
        foreach (var version in plan.Versions)
        {
            version.Metrics.Weighs(plan.Applied.Split.WeightOf(version.Name) / (double)Split.Whole);
        }
    }

    private void Note(GatewayRoute route)
    {
        var applied = route.Plan.Applied;
        if (route.Changes.LastOrDefault()?.Generation != applied.Generation)
        {
            route.Note(new SplitChange(applied.Generation, time.GetUtcNow(), applied.Split.Weights));
        }
    }

    private void Keep()
    {
        try
        {
            store.Write(_kept);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            metrics.StateNotWritten();
            LogStateNotWritten(log, failed);
        }
    }
}

/// <summary>What came of applying a split.</summary>
internal abstract record ApplyOutcome
{
    internal sealed record InForce(RoutePlan Plan) : ApplyOutcome;

    internal sealed record NoSuchRoute : ApplyOutcome;

    internal sealed record OtherGeneration(long Generation) : ApplyOutcome;

    internal sealed record Wrong(IReadOnlyList<FieldProblem> Problems) : ApplyOutcome;
}
