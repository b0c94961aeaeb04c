using System.Collections.Concurrent;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// Counts how often others undo what was written into a route, and for how long it is left alone then: at once after the first time, after 1 s, 2 s and so on up to
/// <see cref="LongestRest"/> after the next ones. So a loop that applies a manifest again and again is followed by few writes. Kept in memory only: after a restart counting begins anew.
/// </summary>
internal sealed class RouteContention(TimeProvider time)
{
    /// <summary>How many times make it a contention.</summary>
    public const int Limit = 3;

    /// <summary>Within how long; and how long it has to be quiet before it is over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>The longest rest before the split is written again.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private const int MostKept = 64;

    private readonly ConcurrentDictionary<ObjectName, Record> _routes = new();

    /// <summary>Notes that the route was found changed, by <paramref name="manager"/> if that is known. Until it is written again, further changes are the same contention.</summary>
    public void Note(ObjectName route, string? manager)
    {
        var now = time.GetUtcNow();
        _routes.AddOrUpdate(route, _ => Record.None.With(now, manager), (_, record) => record.With(now, manager));
    }

    /// <summary>The split was written: what is found changed after this counts anew.</summary>
    public void Written(ObjectName route)
    {
        if (_routes.TryGetValue(route, out var record))
        {
            _routes.TryUpdate(route, record with { IsOpen = false }, record);
        }
    }

    /// <summary>It was noted that the route was changed, and not written since.</summary>
    public bool IsNoted(ObjectName route) => _routes.TryGetValue(route, out var record) && record.IsOpen;

    /// <summary>How long the route is still left alone; zero or less when it is not.</summary>
    public TimeSpan RestLeft(ObjectName route) =>
        _routes.TryGetValue(route, out var record) && !record.Reverts.IsEmpty ? record.Reverts[^1] + Rest(record.Reverts.Length) - time.GetUtcNow() : TimeSpan.Zero;

    /// <summary>Who contends for the route, in one sentence; null when nobody does.</summary>
    public string? Describe(ObjectName route)
    {
        if (!_routes.TryGetValue(route, out var record))
        {
            return null;
        }

        if (record.Reverts.IsEmpty || time.GetUtcNow() - record.Reverts[^1] >= Window)
        {
            _routes.TryRemove(new(route, record));
            return null;
        }

        return record.IsContended
            ? $"{record.Managers} changed the backends of HTTPRoute {route} {record.Reverts.Length} times within {Window.TotalMinutes:0} minutes; the split is written again each time, at most once a minute."
            : null;
    }

    /// <summary>Who changed the route, as far as that is known.</summary>
    public string Managers(ObjectName route) => _routes.TryGetValue(route, out var record) ? record.Managers : Record.None.Managers;

    /// <summary>Nobody divides the route any more.</summary>
    public void Forget(ObjectName route) => _routes.TryRemove(route, out _);

    private static TimeSpan Rest(int reverts) => reverts <= 1
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(reverts - 2, 10)), LongestRest.TotalSeconds));

    private sealed record Record(System.Collections.Immutable.ImmutableArray<DateTimeOffset> Reverts, bool IsOpen, bool IsContended, string Managers)
    {
        public static readonly Record None = new([], false, false, "Somebody else");

        public Record With(DateTimeOffset now, string? manager)
        {
            if (IsOpen)
            {
                return this;
            }

            var recent = Reverts.RemoveAll(at => now - at >= Window);
            recent = (recent.Length >= MostKept ? recent.RemoveAt(0) : recent).Add(now);
            var isContended = recent.Length >= Limit || (IsContended && recent.Length > 1);
            return new(recent, IsOpen: true, isContended, manager ?? Managers);
        }
    }
}
