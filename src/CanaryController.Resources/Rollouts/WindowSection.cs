using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.strategy.windows[]</c>: hours in which traffic may move forward. It begins when the zone's clock shows a time of the cron expression, and ends a duration later on that clock.</summary>
public sealed record WindowSection
{
    /// <summary>
    /// When it opens: a cron expression of Quartz, seconds first: <c>0 0 9 ? * MON-FRI</c> is 09:00 from Monday to Friday. One second a minute: write 0 there. At most 200 characters. Required.
    /// </summary>
    public string Cron { get; init; } = "";

    /// <summary>How long it stays open, on the zone's clock: 1m to 168h. Required.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The IANA time zone whose clock counts, like <c>Europe/Berlin</c>. Default <c>UTC</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Days of the zone on which it stays closed: <c>2026-12-24</c>, or <c>12-24</c> for every year. At most 100.</summary>
    public EquatableArray<string> Except { get; init; }
}
