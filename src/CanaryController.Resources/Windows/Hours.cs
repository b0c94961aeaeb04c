using CanaryController.Core;
using Quartz;

namespace CanaryController.Resources.Windows;

/// <summary>
/// Times that a zone's clock shows again and again: what decides is the clock on the wall. A time that does not exist, because the clock was put forward, never comes; one that exists twice comes
/// twice. Pure.
/// </summary>
public sealed class Hours
{
    /// <summary>How often clocks are turned before a search ends; more than 10 years of summer time.</summary>
    private const int MaxSpans = 24;

    /// <summary>How many beginnings and ends one search looks at. Beyond them the moment that it came to is told, and somebody looks again then.</summary>
    private const int MaxChanges = 2_000;

    private readonly Zone _zone;
    private readonly CronExpression? _cron;
    private readonly TimeSpan _duration;
    private readonly CalendarDays _days;
    private readonly bool _areDaysAll;

    private Hours(Zone zone, CronExpression? cron, TimeSpan duration, CalendarDays days)
    {
        (_zone, _cron, _duration, _days, _areDaysAll) = (zone, cron, duration, days, cron is null);
    }

    /// <summary>Whose clock counts.</summary>
    public Zone Zone => _zone;

    /// <summary>A duration from each time of a cron expression on, but not on some days; or what is wrong with it.</summary>
    public static (Hours? Hours, string? Problem) Of(string cron, TimeSpan duration, string? timeZone, EquatableArray<string> except)
    {
        var (expression, problem) = CronText.Read(cron);
        var zone = Zone.Find(timeZone ?? Zone.Default);
        return expression is null ? (null, problem)
            : zone is null ? (null, $"there is no time zone {timeZone}")
            : duration < TimeSpan.FromSeconds(1) ? (null, "it lasts no time")
            : (new(zone, expression, duration, new(except)), null);
    }

    /// <summary>Whole days; or what is wrong with them.</summary>
    public static (Hours? Hours, string? Problem) Of(EquatableArray<string> dates, string? timeZone) =>
        Zone.Find(timeZone ?? Zone.Default) is { } zone ? (new(zone, null, TimeSpan.Zero, new(dates)), null) : (null, $"there is no time zone {timeZone}");

    /// <summary>The zone's clock shows one of these times.</summary>
    public bool Contain(DateTimeOffset moment) => Contain(_zone.Clock(moment));

    /// <summary>The first moment after <paramref name="moment"/> at which <see cref="Contain(DateTimeOffset)"/> says something else; null when none is found within ten years.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment)
    {
        var contains = Contain(moment);
        for (var count = 0; count < MaxSpans; count++)
        {
            var (offset, until) = _zone.SpanAt(moment);
            var clock = DateTime.SpecifyKind(moment.UtcDateTime + offset, DateTimeKind.Unspecified);
            var change = NextChange(clock, contains, until is { } end ? end.UtcDateTime + offset : DateTime.MaxValue);
            if (change is { } found)
            {
                return new(DateTime.SpecifyKind(found - offset, DateTimeKind.Utc));
            }

            if (until is not { } turned)
            {
                return null;
            }

            // The clock is turned: it shows another time at once.
            if (Contain(turned) != contains)
            {
                return turned;
            }

            moment = turned;
        }

        return null;
    }

    private bool Contain(DateTime clock) => _areDaysAll ? _days.Contain(clock) : !_days.Contain(clock) && IsWithin(clock);

    /// <summary>Some beginning is at most the duration ago.</summary>
    private bool IsWithin(DateTime clock) => BeginningAfter(Floor(clock) - _duration) <= clock;

    /// <summary>The same on a clock that nobody turns, before <paramref name="limit"/>.</summary>
    private DateTime? NextChange(DateTime clock, bool contains, DateTime limit)
    {
        for (var count = 0; count < MaxChanges; count++)
        {
            if (NextEdge(clock) is not { } edge || edge >= limit)
            {
                return null;
            }

            if (Contain(edge) != contains)
            {
                return edge;
            }

            clock = edge;
        }

        return clock;
    }

    /// <summary>When something begins or ends next.</summary>
    private DateTime? NextEdge(DateTime clock)
    {
        var edge = _days.IsEmpty ? null : _days.NextChange(clock);
        if (_areDaysAll)
        {
            return edge;
        }

        var end = BeginningAfter(Floor(clock) - _duration) is { } begun && begun <= clock ? begun + _duration : (DateTime?)null;
        return Earlier(edge, Earlier(end, BeginningAfter(clock)));
    }

    /// <summary>Quartz is asked in UTC, where every time exists once: what the zone makes of it is decided here.</summary>
    private DateTime? BeginningAfter(DateTime clock) =>
        _cron!.GetNextValidTimeAfter(new(DateTime.SpecifyKind(clock, DateTimeKind.Utc))) is { } next ? DateTime.SpecifyKind(next.UtcDateTime, DateTimeKind.Unspecified) : null;

    /// <summary>Everything begins and ends at whole seconds.</summary>
    private static DateTime Floor(DateTime clock) => clock.AddTicks(-(clock.Ticks % TimeSpan.TicksPerSecond));

    private static DateTime? Earlier(DateTime? left, DateTime? right) => left is null || right < left ? right : left;
}
