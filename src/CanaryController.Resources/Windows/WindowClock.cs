using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Windows;

/// <summary>What windows and freezes come to at one moment. Pure: the same windows and moment give the same answer.</summary>
public static class WindowClock
{
    /// <summary>How far the next opening is searched.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(3_660);

    private const string OwnWindows = "the rollout's windows";

    /// <summary>How many openings and closings one search looks at.</summary>
    private const int MaxChanges = 1_000;

    /// <summary>Whether traffic may move forward.</summary>
    /// <param name="moment">When.</param>
    /// <param name="own">The rollout's windows; null = always open.</param>
    /// <param name="freezes">The freezes that are meant for it.</param>
    public static WindowObservation Look(DateTimeOffset moment, OpenHours? own, IReadOnlyList<Freeze> freezes)
    {
        var lasting = freezes.Where(freeze => freeze.Lasts(moment)).OrderBy(freeze => freeze.NextChange(moment) is null ? 0 : 1).ThenBy(freeze => freeze.Name, StringComparer.Ordinal).ToList();
        if (lasting.Count == 0 && own?.AreOpen(moment) is null or true)
        {
            return WindowObservation.Open;
        }

        var opens = Opening(moment, own, freezes);
        if (lasting is not [var first, ..])
        {
            var until = opens is { } next ? $"until {own!.Zone.Show(next)}" : "and no opening is foreseen";
            var problem = own!.Problem is { } wrong ? $" ({wrong})" : "";
            return new(OwnWindows, $"closed, outside {OwnWindows}{problem}, {until}.", opens);
        }

        var more = lasting.Count > 1 ? $" and {lasting.Count - 1} more" : "";
        var end = opens is { } moved ? $"until {first.Zone.Show(moved)}" : "until somebody ends it";
        return new(first.Name, $"closed by {first.Name}{more} {end}: {first.Because}.", opens);
    }

    /// <summary>
    /// The first moment that nothing closes. Of freezes that last each has to end first, of the rollout's own windows one has to open; whatever closes there again is asked anew.
    /// </summary>
    private static DateTimeOffset? Opening(DateTimeOffset moment, OpenHours? own, IReadOnlyList<Freeze> freezes)
    {
        var now = moment;
        for (var count = 0; count < MaxChanges && now - moment < Horizon; count++)
        {
            var next = now;
            foreach (var freeze in freezes.Where(freeze => freeze.Lasts(now)))
            {
                if (freeze.NextChange(now) is not { } end)
                {
                    return null;
                }

                if (freeze.Lasts(end))
                {
                    // How long is not foreseen. Whoever waits looks again then.
                    return end;
                }

                next = end > next ? end : next;
            }

            if (own?.AreOpen(now) is false)
            {
                if (own.NextChange(now) is not { } opening)
                {
                    return null;
                }

                next = opening > next ? opening : next;
            }

            if (next == now)
            {
                return now;
            }

            now = next;
        }

        return null;
    }
}
