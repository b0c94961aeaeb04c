using CanaryController.Manager.Kubernetes;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Who undoes again and again what was written into a route, and for how long it is left alone then: at once after the first time, after 1 s, 2 s and so on up to
/// <see cref="LongestRest"/> after the next ones. So a loop that applies a manifest again and again is followed by few writes.
/// </summary>
internal sealed class RouteContention(TimeProvider time)
{
    /// <summary>Within how long it counts; and how long it has to be quiet before it is over.</summary>
    public static readonly TimeSpan Window = Contentions.Window;

    /// <summary>The longest rest before the split is written again.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Contention<RouteId> _routes = new(time);

    /// <summary>Notes that the route was found changed, by <paramref name="manager"/> if that is known. Until it is written again, further changes are the same contention.</summary>
    public void Note(RouteId route, string? manager) => _routes.Note(route, manager);

    /// <summary>The split was written: what is found changed after this counts anew.</summary>
    public void Written(RouteId route) => _routes.Settled(route);

    /// <summary>It was noted that the route was changed, and not written since.</summary>
    public bool IsNoted(RouteId route) => _routes.IsNoted(route);

    /// <summary>How long the route is still left alone; zero or less when it is not.</summary>
    public TimeSpan RestLeft(RouteId route) => _routes.Recent(route) is { } recent ? recent.Last + Rest(recent.Times) - time.GetUtcNow() : TimeSpan.Zero;

    /// <summary>Who contends for the route, in one sentence; null when nobody does.</summary>
    public string? Describe(RouteId route) => _routes.Contended(route) is { } times
        ? $"{Managers(route)} changed the backends of {route} {times} times within {Window.TotalMinutes:0} minutes; the split is written again each time, at most once a minute."
        : null;

    /// <summary>Who changed the route, as far as that is known.</summary>
    public string Managers(RouteId route) => _routes.Manager(route);

    /// <summary>Nobody divides the route any more.</summary>
    public void Forget(RouteId route) => _routes.Forget(route);

    /// <summary>How long a route is left alone after so many reverts in a row.</summary>
    public static TimeSpan Rest(int reverts) => reverts <= 1
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(reverts - 2, 10)), LongestRest.TotalSeconds));
}
