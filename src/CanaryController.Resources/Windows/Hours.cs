using CanaryController.Core;
using Quartz;

namespace CanaryController.Resources.Windows;

/// <summary>
/// Times that a zone's clock shows again and again: what decides is the clock on the wall. A time that does not exist, because the clock was put forward, never comes; one that exists twice comes
/// twice. Pure: what was found last is kept, since everybody who waits asks for the same.
/// </summary>
public sealed class Hours
{
    /// <summary>How often clocks are turned before a search ends; more than 10 years of summer time.</summary>
    private const int MaxSpans = 24;

    /// <summary>How many beginnings and ends one search looks at. Beyond them the moment that it came to is told, and somebody looks again then.</summary>
    private const int MaxChanges = 2_000;

    /// <summary>How far a search goes.</summary>
    private static readonly TimeSpan _horizon = TimeSpan.FromDays(3_660);

    private readonly Zone _zone;
    private readonly CronExpression? _cron;
    private readonly TimeSpan _duration;
    private readonly CalendarDays _days;
    private readonly bool _areDaysAll;
    private volatile Found? _last;

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

    /// <summary>
    /// The first moment after <paramref name="moment"/> at which <see cref="Contain(DateTimeOffset)"/> says something else; null when none is found within ten years. Of hours that begin again so often that a search
    /// comes to no end, the moment that it came to.
    /// </summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment)
    {
        if (_last is { } last && last.Since <= moment && moment < last.Until)
        {
            return last.Change;
        }

        var change = Search(moment);
        _last = new(moment, change ?? moment.AddDays(1), change);
        return change;
    }

    private DateTimeOffset? Search(DateTimeOffset moment)
    {
        var (contains, last) = (Contain(moment), moment.UtcDateTime < DateTime.MaxValue - _horizon ? moment.UtcDateTime + _horizon : DateTime.MaxValue);
        for (var count = 0; count < MaxSpans; count++)
        {
            var (offset, until) = _zone.SpanAt(moment);
            var clock = DateTime.SpecifyKind(moment.UtcDateTime + offset, DateTimeKind.Unspecified);
            var change = NextChange(clock, contains, until is { } end && end.UtcDateTime < last ? end.UtcDateTime + offset : last);
            if (change is { } found)
            {
                return new(DateTime.SpecifyKind(found - offset, DateTimeKind.Utc));
            }

            if (until is not { } turned || turned.UtcDateTime >= last)
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
            if (NextEdge(clock, limit) is not { } edge || edge >= limit)
            {
                return null;
            }

            // What still lasts where its end should be is what the search came to.
            if (Contain(edge) != contains || (contains && !_areDaysAll))
            {
                return edge;
            }

            clock = edge;
        }

        return clock;
    }

    /// <summary>When something begins or ends next that may change what the clock shows.</summary>
    private DateTime? NextEdge(DateTime clock, DateTime limit)
    {
        var edge = _days.IsEmpty ? null : _days.NextChange(clock);
        return _areDaysAll || _days.Contain(clock) ? edge : Earlier(edge, IsWithin(clock) ? EndAfter(clock, limit) : BeginningAfter(clock));
    }

    /// <summary>
    /// When the hours that last at <paramref name="clock"/> end, those that begin while others last among them. Late beginnings are looked for first: of hours that begin every minute and last for days, one a day is
    /// looked at and not each. Not searched beyond <paramref name="limit"/>.
    /// </summary>
    private DateTime EndAfter(DateTime clock, DateTime limit)
    {
        var end = BeginningAfter(Floor(clock) - _duration)!.Value + _duration;
        for (var count = 0; count < MaxChanges && end < limit; count++)
        {
            if ((BeginningIn(end, _duration / 64) ?? BeginningIn(end, _duration / 8) ?? BeginningIn(end, _duration)) is not { } begun)
            {
                return end;
            }

            end = begun + _duration;
        }

        return end;
    }

    /// <summary>The first beginning of those that are at most <paramref name="before"/> ahead of <paramref name="end"/>.</summary>
    private DateTime? BeginningIn(DateTime end, TimeSpan before) => BeginningAfter(end - before) is { } begun && begun <= end ? begun : null;

    /// <summary>Quartz is asked in UTC, where every time exists once: what the zone makes of it is decided here.</summary>
    private DateTime? BeginningAfter(DateTime clock) =>
        _cron!.GetNextValidTimeAfter(new(DateTime.SpecifyKind(clock, DateTimeKind.Utc))) is { } next ? DateTime.SpecifyKind(next.UtcDateTime, DateTimeKind.Unspecified) : null;

    /// <summary>Everything begins and ends at whole seconds.</summary>
    private static DateTime Floor(DateTime clock) => clock.AddTicks(-(clock.Ticks % TimeSpan.TicksPerSecond));

    private static DateTime? Earlier(DateTime? left, DateTime? right) => left is null || right < left ? right : left;

    /// <summary>What a search came to: the same for everybody who asks between two moments.</summary>
    private sealed record Found(DateTimeOffset Since, DateTimeOffset Until, DateTimeOffset? Change);
}
