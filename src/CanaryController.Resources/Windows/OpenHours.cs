using CanaryController.Core;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Windows;

/// <summary>A rollout's own windows, ready to be asked. None is always open; one that cannot be read stays closed, the others count.</summary>
public sealed class OpenHours
{
    private readonly Hours[] _hours;

    private OpenHours(Hours[] hours, string? problem) => (_hours, Problem) = (hours, problem);

    /// <summary>Why one cannot be read; null when all can.</summary>
    public string? Problem { get; }

    /// <summary>The zone that their times are told in: the first one's.</summary>
    public Zone Zone => _hours is [var first, ..] ? first.Zone : Zone.Find(Zone.Default)!;

    /// <summary>Makes them; null for none: always open.</summary>
    public static OpenHours? Of(EquatableArray<WindowSection> windows)
    {
        if (windows.IsEmpty)
        {
            return null;
        }

        var (hours, problem) = (new List<Hours>(), default(string));
        for (var index = 0; index < windows.Count; index++)
        {
            var window = windows[index];
            var (read, wrong) = Hours.Of(window.Cron, window.Duration ?? TimeSpan.Zero, window.TimeZone, window.Except);
            problem ??= wrong is null ? null : $"window {index + 1} cannot be read: {wrong}";
            hours.AddRange(read is null ? [] : [read]);
        }

        return new([.. hours], problem);
    }

    /// <summary>One of them is open.</summary>
    public bool AreOpen(DateTimeOffset moment) => Array.Exists(_hours, each => each.Contain(moment));

    /// <summary>When one of them opens or closes next; null when none does.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment) => _hours.Select(each => each.NextChange(moment)).Min();
}
