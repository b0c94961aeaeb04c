using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Who undoes again and again what was written into an object, and for how long it is left alone then: at once after the first time, after 1 s, 2 s and so on up to
/// <see cref="LongestRest"/> after the next ones. So a loop that applies a manifest again and again is followed by few writes.
/// </summary>
/// <typeparam name="TKey">Names an object.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="what">What is changed, before its name: <c>the backends of</c>.</param>
internal abstract class SplitContention<TKey>(TimeProvider time, string what)
    where TKey : struct
{
    /// <summary>Within how long it counts; and how long it has to be quiet before it is over.</summary>
    public static readonly TimeSpan Window = Contentions.Window;

    /// <summary>The longest rest before the split is written again.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Contention<TKey> _objects = new(time);

    /// <summary>Notes that the object was found changed, by <paramref name="manager"/> if that is known. Until it is written again, further changes are the same contention.</summary>
    public void Note(TKey name, string? manager) => _objects.Note(name, manager);

    /// <summary>The split was written: what is found changed after this counts anew.</summary>
    public void Written(TKey name) => _objects.Settled(name);

    /// <summary>It was noted that the object was changed, and not written since.</summary>
    public bool IsNoted(TKey name) => _objects.IsNoted(name);

    /// <summary>How long the object is still left alone; zero or less when it is not.</summary>
    public TimeSpan RestLeft(TKey name) => _objects.Recent(name) is { } recent ? recent.Last + Rest(recent.Times) - time.GetUtcNow() : TimeSpan.Zero;

    /// <summary>Who contends for the object, in one sentence; null when nobody does.</summary>
    public string? Describe(TKey name) => _objects.Contended(name) is { } times
        ? $"{Managers(name)} changed {what} {name} {times} times within {Window.TotalMinutes:0} minutes; the split is written again each time, at most once a minute."
        : null;

    /// <summary>Who changed the object, as far as that is known.</summary>
    public string Managers(TKey name) => _objects.Manager(name);

    /// <summary>Nobody writes the object any more.</summary>
    public void Forget(TKey name) => _objects.Forget(name);

    /// <summary>How long a route is left alone after so many reverts in a row.</summary>
    public static TimeSpan Rest(int reverts) => reverts <= 1
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(reverts - 2, 10)), LongestRest.TotalSeconds));
}

/// <summary>That over the routes of meshes and gateways.</summary>
internal sealed class RouteContention(TimeProvider time) : SplitContention<RouteId>(time, "the backends of");

/// <summary>That over the Ingresses of canaries.</summary>
internal sealed class IngressContention(TimeProvider time) : SplitContention<ObjectName>(time, "the weight of Ingress");
