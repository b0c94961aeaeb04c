using System.Globalization;
using CanaryController.Core;

namespace CanaryController.Resources.Windows;

/// <summary>Days of a zone's calendar: single ones, and those of every year.</summary>
internal sealed class CalendarDays
{
    /// <summary>29 February comes back after 8 years at most.</summary>
    private const int MaxYears = 9;

    private readonly HashSet<DateOnly> _single = [];
    private readonly HashSet<(int Month, int Day)> _yearly = [];

    /// <summary>Takes days that keep the rules; others are passed over.</summary>
    public CalendarDays(EquatableArray<string> days)
    {
        foreach (var text in days)
        {
            switch (Read(text))
            {
                case (0, var month, var day):
                    _yearly.Add((month, day));
                    break;
                case var (year, month, day):
                    _single.Add(new(year, month, day));
                    break;
            }
        }
    }

    /// <summary>There are none.</summary>
    public bool IsEmpty => _single.Count + _yearly.Count == 0;

    /// <summary>A day as it is written; year 0 = every year. Null when there is no such day.</summary>
    public static (int Year, int Month, int Day)? Read(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? (day.Year, day.Month, day.Day)
        : text.Length == 5 && DateOnly.TryParseExact($"2000-{text}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var yearly) ? (0, yearly.Month, yearly.Day)
        : null;

    /// <summary>The clock shows one of them.</summary>
    public bool Contain(DateTime clock) => _single.Contains(DateOnly.FromDateTime(clock)) || _yearly.Contains((clock.Month, clock.Day));

    /// <summary>When one of them begins or ends next, on the clock; null when never again.</summary>
    public DateTime? NextChange(DateTime clock)
    {
        if (Contain(clock))
        {
            return clock.Date.AddDays(1);
        }

        var today = DateOnly.FromDateTime(clock);
        var next = _single.Where(day => day > today).Concat(_yearly.Select(day => NextOf(day.Month, day.Day, today)).OfType<DateOnly>());
        return next.Select(day => (DateOnly?)day).Min()?.ToDateTime(TimeOnly.MinValue);
    }

    private static DateOnly? NextOf(int month, int day, DateOnly today)
    {
        for (var year = today.Year; year < today.Year + MaxYears; year++)
        {
            if (day <= DateTime.DaysInMonth(year, month) && new DateOnly(year, month, day) is var found && found > today)
            {
                return found;
            }
        }

        return null;
    }
}
