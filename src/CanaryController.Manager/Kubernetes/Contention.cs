using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Counts how often others undo what was written into an object. Whatever is found undone until it is written again is one time. Kept in memory only: after a restart counting begins anew.
/// </summary>
/// <typeparam name="TKey">Names an object.</typeparam>
internal sealed class Contention<TKey>(TimeProvider time)
    where TKey : struct
{
    private const int MostKept = 64;

    private readonly ConcurrentDictionary<TKey, Record> _objects = new();

    /// <summary>Notes that the object was found changed, by <paramref name="manager"/> if that is known.</summary>
    public void Note(TKey name, string? manager)
    {
        var now = time.GetUtcNow();
        _objects.AddOrUpdate(name, _ => Record.None.With(now, manager), (_, record) => record.With(now, manager));
    }

    /// <summary>It is as it was written: what is found changed after this counts anew.</summary>
    public void Settled(TKey name)
    {
        if (_objects.TryGetValue(name, out var record) && record.IsOpen)
        {
            _objects.TryUpdate(name, record with { IsOpen = false }, record);
        }
    }

    /// <summary>It was noted that the object was changed, and not settled since.</summary>
    public bool IsNoted(TKey name) => _objects.TryGetValue(name, out var record) && record.IsOpen;

    /// <summary>How often within <see cref="Contentions.Window"/>, and when last; null when never.</summary>
    public (int Times, DateTimeOffset Last)? Recent(TKey name) =>
        _objects.TryGetValue(name, out var record) && !record.Times.IsEmpty ? (record.Times.Length, record.Times[^1]) : null;

    /// <summary>How often, when that is a contention; null when it is none, or was quiet for long enough.</summary>
    public int? Contended(TKey name)
    {
        if (!_objects.TryGetValue(name, out var record))
        {
            return null;
        }

        if (record.Times.IsEmpty || time.GetUtcNow() - record.Times[^1] >= Contentions.Window)
        {
            _objects.TryRemove(new(name, record));
            return null;
        }

        return record.IsContended ? record.Times.Length : null;
    }

    /// <summary>Who changed the object last, as far as that is known.</summary>
    public string Manager(TKey name) => _objects.TryGetValue(name, out var record) ? record.Manager : Record.None.Manager;

    /// <summary>Nobody writes the object any more.</summary>
    public void Forget(TKey name) => _objects.TryRemove(name, out _);

    private sealed record Record(ImmutableArray<DateTimeOffset> Times, bool IsOpen, bool IsContended, string Manager)
    {
        public static readonly Record None = new([], false, false, "Somebody else");

        public Record With(DateTimeOffset now, string? manager)
        {
            if (IsOpen)
            {
                return this;
            }

            var recent = Times.RemoveAll(at => now - at >= Contentions.Window);
            recent = (recent.Length >= MostKept ? recent.RemoveAt(0) : recent).Add(now);
            var isContended = recent.Length >= Contentions.Limit || (IsContended && recent.Length > 1);
            return new(recent, IsOpen: true, isContended, manager ?? Manager);
        }
    }
}

/// <summary>When it is a contention.</summary>
internal static class Contentions
{
    /// <summary>How many times make it one.</summary>
    public const int Limit = 3;

    /// <summary>Within how long; and how long it has to be quiet before it is over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
}
