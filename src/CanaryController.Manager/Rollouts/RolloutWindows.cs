using System.Runtime.CompilerServices;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Rollouts;

/// <summary>Asks a rollout's own windows and the freezes whether traffic may move forward.</summary>
internal sealed class RolloutWindows(IFreezes freezes)
{
    /// <summary>Cron expressions are read once for each text, which lives as long as the resource.</summary>
    private readonly ConditionalWeakTable<WindowSection, OpenHours> _read = [];

    /// <summary>What they come to at <paramref name="now"/>.</summary>
    public WindowObservation Look(RolloutResource resource, DateTimeOffset now)
    {
        var own = resource.Terms.Windows is { IsEmpty: false } windows ? _read.GetValue(windows[0], _ => OpenHours.Of(windows)!) : null;
        var meant = freezes.For(resource.Key, resource.Terms.Labels);
        return own is null && meant.Count == 0 ? WindowObservation.Open : WindowClock.Look(now, own, meant);
    }
}
