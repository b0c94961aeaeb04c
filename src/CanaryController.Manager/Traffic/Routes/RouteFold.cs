using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What all objects of a rollout say together: the split that every one carries, taken up by every one.</summary>
/// <param name="stable">The stable version.</param>
/// <param name="canary">The canary; null when there is none.</param>
internal sealed class RouteFold(string stable, string? canary)
{
    private TrafficSplit? _split;
    private (bool IsAccepted, bool IsKnown, bool IsFenced) _all = (true, true, true);
    private string? _problem;
    private readonly List<(string Name, BesideWeight Beside, BesideParts Part)> _besides = [];

    /// <summary>A route is not there, or not known yet.</summary>
    public void Missing(string problem)
    {
        _all = default;
        _problem ??= problem;
    }

    /// <summary>
    /// Adds a route. One that carries weights of an earlier leader counts as not known: so the planner asks for the split again, and the first write of this leader puts an end to
    /// whatever the earlier one still has under way.
    /// </summary>
    public void Add<TName>(TName name, RouteSplit seen, RouteAcceptance acceptance, bool isFenced)
    {
        _all.IsAccepted &= acceptance.IsTakenUp;
        _problem ??= acceptance.Problem;
        if (seen is { Only: { } part, Problem: null })
        {
            // Whether the canary gets that is noted where the weights are, so both have to say the same.
            _all.IsFenced &= isFenced || canary is null;
            _besides.Add(($"{name}", seen.Beside, part));
            return;
        }

        if (seen.Weight is not { } weight)
        {
            _all.IsKnown = false;
            _problem = seen.Problem;
            return;
        }

        var gives = weight > CanaryWeight.Zero || !seen.Beside.IsNone;
        if (canary is null && gives)
        {
            _all.IsKnown = false;
            _problem = $"{name} gives {(weight > CanaryWeight.Zero ? weight.ToString() : "some requests")} to a version that is not {stable}.";
            return;
        }

        if (gives && acceptance.Obstacle is { } obstacle)
        {
            _all.IsAccepted = false;
            _problem ??= obstacle;
        }

        var split = new TrafficSplit(stable, seen.IsDivided || gives ? canary : null, weight, seen.Beside.Matches) { IsMirrored = seen.Beside.IsMirrored };
        _all.IsFenced &= isFenced || canary is null || !seen.IsDivided;
        if (_split is not null && _split.Weight != weight)
        {
            _all.IsKnown = false;
            _problem ??= $"{name} gives the canary {weight}, another route of the rollout {_split.Weight}.";
        }

        if (_split is not null && BesideWeight.Of(_split) != seen.Beside)
        {
            _all.IsKnown = false;
            _problem ??= $"{name} matches or mirrors other requests than another route of the rollout.";
        }

        // Where one route is still whole, the canary is not known to all of them.
        _split = _split is { Canary: null } ? _split : split;
    }

    /// <summary>In the planner's words.</summary>
    public RouteObservation Result() => _split is null && _problem is null
        ? new(null, false, "The rollout names nothing that could be divided.")
        : Contrary() is { } contrary ? new(null, false, _problem ?? $"{contrary} matches or mirrors other requests than another route of the rollout.")
        : new(_all is { IsKnown: true, IsFenced: true } ? _split : null, _all is { IsAccepted: true, IsKnown: true, IsFenced: true }, _problem);

    /// <summary>What the routes carry, whoever wrote it; null when they do not say it together.</summary>
    public TrafficSplit? Found => _all.IsKnown && Contrary() is null ? _split : null;

    /// <summary>An object that divides nothing and gives the canary something else than those that do say.</summary>
    private string? Contrary() => _split is null ? null : _besides.Find(each => !each.Beside.Agrees(BesideWeight.Of(_split), each.Part)).Name;
}
